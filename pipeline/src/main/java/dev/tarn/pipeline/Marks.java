package dev.tarn.pipeline;

import dev.tarn.pipeline.source.Mark;
import dev.tarn.store.Database;
import dev.tarn.store.Migration;
import dev.tarn.store.Transaction;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// How far a pipeline has read its logs, and how far it had after each of its last commits.
///
/// Commits are numbered from one on, and the snapshots they make carry the number. The past is only
/// added to: to go back to a commit is to write its marks under the next number, so it can be gone
/// forward again as well.
final class Marks {
    static final List<Migration> MIGRATIONS =
            List.of(
                    new Migration(
                            2,
                            "how far logs were read",
                            """
                            CREATE TABLE pipeline_mark (
                              pipeline ${text} NOT NULL,
                              source ${text} NOT NULL,
                              partition_name ${text} NOT NULL,
                              next_offset BIGINT NOT NULL,
                              log_identity ${text} NOT NULL,
                              PRIMARY KEY (pipeline, source, partition_name));
                            """),
                    new Migration(
                            4,
                            "how far logs were read after each commit",
                            """
                            CREATE TABLE pipeline_past (
                              pipeline ${text} NOT NULL,
                              number BIGINT NOT NULL,
                              source ${text} NOT NULL,
                              partition_name ${text} NOT NULL,
                              next_offset BIGINT NOT NULL,
                              log_identity ${text} NOT NULL,
                              layout ${text},
                              place ${text} NOT NULL,
                              committed_at BIGINT NOT NULL,
                              PRIMARY KEY (pipeline, number, source, partition_name));
                            CREATE TABLE pipeline_layout (
                              pipeline ${text} NOT NULL,
                              hash ${text} NOT NULL,
                              content ${text} NOT NULL,
                              PRIMARY KEY (pipeline, hash));
                            """));

    /// Commits whose marks are kept.
    private static final long PAST_MAX = 10_000;

    private static final long FORGET_EVERY = 100;

    /// What stands for a partition that had not been read yet.
    private static final Mark NONE = new Mark(-1, "");

    /// The newest row of each partition up to a number.
    private static final String UP_TO =
            """
            FROM pipeline_past p WHERE pipeline = ? AND number = (SELECT MAX(number) FROM pipeline_past q
              WHERE q.pipeline = p.pipeline AND q.source = p.source AND q.partition_name = p.partition_name
                AND q.number <= ?)\
            """;

    private record Kept(String source, String partition, Mark mark, String place) {}

    /// The oldest commit whose marks are whole is the first that it lets pass.
    private static final String WHOLE =
            " AND number > (SELECT MAX(number) FROM pipeline_past WHERE pipeline = ?) - ?";

    private final Database database;
    private final String pipeline;
    private final long pastMax;

    Marks(Database database, String pipeline) {
        this(database, pipeline, PAST_MAX);
    }

    /// @param pastMax commits whose marks are kept
    Marks(Database database, String pipeline, long pastMax) {
        this.database = database;
        this.pipeline = pipeline;
        this.pastMax = pastMax;
    }

    /// How far each partition of a log was read, by this run or any before.
    Map<String, Mark> of(String source) {
        return database.read(tx -> {
            Map<String, Mark> marks = new HashMap<>();
            tx.query(
                            "SELECT partition_name, next_offset, log_identity FROM pipeline_mark"
                                    + " WHERE pipeline = ? AND source = ?",
                            row -> Map.entry(row.string(1), new Mark(row.number(2), row.string(3))),
                            pipeline,
                            source)
                    .forEach(mark -> marks.put(mark.getKey(), mark.getValue()));
            return marks;
        });
    }

    /// @param number of the commit
    /// @param place of the mark, as people call it
    void save(
            Transaction tx,
            long number,
            String source,
            String partition,
            Mark mark,
            String place,
            long now) {
        set(tx, source, partition, mark);
        remember(tx, number, new Kept(source, partition, mark, place), now);
        if (number % FORGET_EVERY == 0) {
            long last = number - pastMax;
            tx.update(
                    "DELETE FROM pipeline_past WHERE pipeline = ? AND number < ? AND EXISTS"
                            + " (SELECT 1 FROM pipeline_past q WHERE q.pipeline ="
                            + " pipeline_past.pipeline AND q.source = pipeline_past.source AND"
                            + " q.partition_name = pipeline_past.partition_name AND q.number >"
                            + " pipeline_past.number AND q.number <= ?)",
                    pipeline,
                    last,
                    last);
        }
    }

    private void set(Transaction tx, String source, String partition, Mark mark) {
        int changed =
                tx.update(
                        "UPDATE pipeline_mark SET next_offset = ?, log_identity = ?"
                                + " WHERE pipeline = ? AND source = ? AND partition_name = ?",
                        mark.next(),
                        mark.identity(),
                        pipeline,
                        source,
                        partition);
        if (changed == 0) {
            tx.update(
                    "INSERT INTO pipeline_mark (pipeline, source, partition_name, next_offset,"
                            + " log_identity) VALUES (?, ?, ?, ?, ?)",
                    pipeline,
                    source,
                    partition,
                    mark.next(),
                    mark.identity());
        }
    }

    /// The columns of a database's tables may be long, and are the same for years: they are kept
    /// once.
    private void remember(Transaction tx, long number, Kept kept, long now) {
        String identity = kept.mark.identity();
        int layout = layoutOf(identity);
        String hash = null;
        if (layout > 0) {
            String content = identity.substring(layout);
            hash = hash(content);
            tx.update(
                    "INSERT INTO pipeline_layout (pipeline, hash, content) VALUES (?, ?, ?)"
                            + " ON CONFLICT DO NOTHING",
                    pipeline,
                    hash,
                    content);
            identity = identity.substring(0, layout);
        }
        tx.update(
                "INSERT INTO pipeline_past (pipeline, number, source, partition_name, next_offset,"
                        + " log_identity, layout, place, committed_at)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                pipeline,
                number,
                kept.source,
                kept.partition,
                kept.mark.next(),
                identity,
                hash,
                kept.place,
                now);
    }

    private static String hash(String text) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    /// Where the third line begins, -1 if there is none.
    private static int layoutOf(String identity) {
        int first = identity.indexOf('\n');
        int second = first < 0 ? -1 : identity.indexOf('\n', first + 1);
        return second < 0 ? -1 : second + 1;
    }

    /// What was read counts no longer.
    void forget(Transaction tx) {
        tx.update("DELETE FROM pipeline_mark WHERE pipeline = ?", pipeline);
        tx.update("DELETE FROM pipeline_past WHERE pipeline = ?", pipeline);
        tx.update("DELETE FROM pipeline_layout WHERE pipeline = ?", pipeline);
    }

    /// Stands where it stood after a commit.
    ///
    /// @param number of the commit that does so
    /// @throws PipelineException if that commit is not known, or moved nothing
    void goBack(Transaction tx, long to, long number, long now) {
        require(tx, to);
        List<Kept> then = new ArrayList<>(kept(tx, to));
        for (Kept later : kept(tx, number)) {
            if (then.stream()
                    .noneMatch(k ->
                            k.source.equals(later.source) && k.partition.equals(later.partition))) {
                then.add(new Kept(later.source, later.partition, NONE, "not read yet"));
            }
        }
        tx.update("DELETE FROM pipeline_mark WHERE pipeline = ?", pipeline);
        for (Kept kept : then) {
            if (!kept.mark.equals(NONE)) {
                set(tx, kept.source, kept.partition, kept.mark);
            }
            remember(tx, number, kept, now);
        }
    }

    private List<Kept> kept(Transaction tx, long number) {
        return tx.query(
                "SELECT source, partition_name, next_offset, log_identity || COALESCE((SELECT"
                    + " content FROM pipeline_layout l WHERE l.pipeline = p.pipeline AND l.hash ="
                    + " p.layout), ''), place "
                        + UP_TO,
                row ->
                        new Kept(
                                row.string(1),
                                row.string(2),
                                new Mark(row.number(3), row.string(4)),
                                row.string(5)),
                pipeline,
                number);
    }

    /// @throws PipelineException unless it is known where the pipeline stood after this commit
    void require(Transaction tx, long number) {
        long known =
                tx.queryOne(
                                "SELECT COUNT(*) FROM pipeline_past WHERE pipeline = ? AND number"
                                        + " = ?"
                                        + WHOLE,
                                row -> row.number(1),
                                pipeline,
                                number,
                                pipeline,
                                pastMax)
                        .orElse(0L);
        if (known > 0) {
            return;
        }
        List<Long> ends =
                tx.query(
                                "SELECT COALESCE(MIN(number), 0), COALESCE(MAX(number), 0) FROM"
                                        + " pipeline_past WHERE pipeline = ?"
                                        + WHOLE,
                                row -> List.of(row.number(1), row.number(2)),
                                pipeline,
                                pipeline,
                                pastMax)
                        .getFirst();
        throw new PipelineException(
                ends.getLast() == 0
                        ? "Pipeline %s has no commit to go on behind: it has read no log yet"
                                .formatted(pipeline)
                        : "Pipeline %s does not know where it stood after commit %s: it knows that of commits between %s and %s"
                                .formatted(pipeline, number, ends.getFirst(), ends.getLast()));
    }

    /// Where it stood after its last commits, the newest first.
    List<PastCommit> past(Transaction tx, int most) {
        List<PastCommit> commits = new ArrayList<>();
        tx.query(
                        "SELECT number, source, partition_name, place, committed_at FROM"
                                + " pipeline_past WHERE pipeline = ? AND number IN (SELECT DISTINCT"
                                + " number FROM pipeline_past WHERE pipeline = ? ORDER BY number"
                                + " DESC LIMIT ?)"
                                + WHOLE
                                + " ORDER BY number DESC, source, partition_name",
                        row ->
                                new PastCommit(
                                        row.number(1),
                                        Instant.ofEpochMilli(row.number(5)),
                                        List.of(
                                                new PastCommit.Moved(
                                                        row.string(2),
                                                        row.string(3),
                                                        row.string(4)))),
                        pipeline,
                        pipeline,
                        most,
                        pipeline,
                        pastMax)
                .forEach(one -> {
                    if (!commits.isEmpty() && commits.getLast().number() == one.number()) {
                        commits.set(commits.size() - 1, commits.getLast().and(one));
                    } else {
                        commits.add(one);
                    }
                });
        return commits;
    }
}
