package dev.tarn.pipeline;

import dev.tarn.pipeline.sink.Branch;
import dev.tarn.pipeline.source.Position;
import dev.tarn.pipeline.source.Split;
import dev.tarn.store.Database;
import dev.tarn.store.Migration;
import dev.tarn.store.Transaction;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The rows of one pipeline: its epoch, its positions, the files it has loaded.
///
/// Each start raises the epoch, and each commit asks for its own epoch and sequence. So a run that
/// was taken over, and a commit that is sent twice, are refused by the database, never by a clock.
final class Ledger {
    static final String COMPONENT = "pipeline";
    static final List<Migration> MIGRATIONS =
            List.of(
                    new Migration(
                            1,
                            "pipelines, positions and loaded files",
                            """
                            CREATE TABLE pipeline (
                              name ${text} NOT NULL PRIMARY KEY,
                              epoch BIGINT NOT NULL,
                              sequence BIGINT NOT NULL,
                              state ${text} NOT NULL,
                              opened INTEGER NOT NULL,
                              rejected BIGINT NOT NULL,
                              started_at BIGINT NOT NULL,
                              changed_at BIGINT NOT NULL);
                            CREATE TABLE pipeline_position (
                              pipeline ${text} NOT NULL,
                              source ${text} NOT NULL,
                              split ${text} NOT NULL,
                              row_count BIGINT NOT NULL,
                              byte_count BIGINT NOT NULL,
                              line_count BIGINT NOT NULL,
                              fingerprint ${text} NOT NULL,
                              done INTEGER NOT NULL,
                              PRIMARY KEY (pipeline, source, split));
                            CREATE TABLE pipeline_file (
                              pipeline ${text} NOT NULL,
                              source ${text} NOT NULL,
                              path ${text} NOT NULL,
                              size BIGINT NOT NULL,
                              modified_at BIGINT NOT NULL,
                              fingerprint ${text} NOT NULL,
                              row_count BIGINT NOT NULL,
                              loaded_at BIGINT NOT NULL,
                              PRIMARY KEY (pipeline, source, path));
                            """),
                    Marks.MIGRATIONS.getFirst(),
                    new Migration(
                            3,
                            "commits into other catalogs that are decided",
                            """
                            CREATE TABLE pipeline_pending (
                              pipeline ${text} NOT NULL,
                              sequence BIGINT NOT NULL,
                              table_name ${text} NOT NULL,
                              catalog ${text} NOT NULL,
                              commit_id ${text} NOT NULL,
                              table_uuid ${text} NOT NULL,
                              branch ${text} NOT NULL,
                              base_snapshot BIGINT,
                              content ${text} NOT NULL,
                              PRIMARY KEY (pipeline, sequence, table_name));
                            """),
                    Marks.MIGRATIONS.getLast(),
                    Renaming.MIGRATION);

    /// @param resumed whether the last run was stopped before its end
    record Started(long epoch, long sequence, boolean resumed, long rejected) {}

    /// How far a split was read by the run that stopped.
    record Read(Position position, String fingerprint, boolean done) {}

    /// A file that was loaded to its end.
    record Loaded(long size, long modified, String fingerprint, long rows) {}

    private final Database database;
    private final String name;
    private final Marks marks;
    private final Renaming renaming;

    Ledger(Database database, String name) {
        this.database = database;
        this.name = name;
        this.marks = new Marks(database, name);
        this.renaming = new Renaming(database, name);
    }

    /// How far it has read its logs.
    Marks marks() {
        return marks;
    }

    /// What its sources have renamed.
    Renaming renaming() {
        return renaming;
    }

    /// Takes the pipeline over from whoever ran it.
    Started start(long now) {
        return database.write(tx -> {
            if (tx.update(
                            "UPDATE pipeline SET epoch = epoch + 1, changed_at = ?"
                                    + " WHERE name = ?",
                            now,
                            name)
                    == 0) {
                tx.update(
                        "INSERT INTO pipeline (name, epoch, sequence, state, opened,"
                                + " rejected, started_at, changed_at)"
                                + " VALUES (?, 1, 0, 'new', 0, 0, ?, ?)",
                        name,
                        now,
                        now);
            }
            return tx.queryOne(
                            "SELECT epoch, sequence, opened, rejected FROM pipeline"
                                    + " WHERE name = ?",
                            row ->
                                    new Started(
                                            row.number(1),
                                            row.number(2),
                                            row.number(3) == 1,
                                            row.number(4)),
                            name)
                    .orElseThrow();
        });
    }

    /// The run begins to change things: from here on a restart goes on instead of beginning.
    ///
    /// @param forget whether what was loaded before counts no longer
    /// @param from the commit that it goes on behind, null for where it was
    void open(
            Transaction tx,
            long epoch,
            long sequence,
            boolean forget,
            @Nullable Long from,
            long now) {
        advance(tx, epoch, sequence, now);
        tx.update(
                "UPDATE pipeline SET opened = 1, state = 'running', rejected = 0, started_at = ?"
                        + " WHERE name = ?",
                now,
                name);
        tx.update("DELETE FROM pipeline_position WHERE pipeline = ?", name);
        tx.update("DELETE FROM pipeline_pending WHERE pipeline = ?", name);
        if (forget) {
            tx.update("DELETE FROM pipeline_file WHERE pipeline = ?", name);
            marks.forget(tx);
        }
        if (from != null) {
            marks.goBack(tx, from, sequence + 1, now);
        }
    }

    /// Counts the commit, or refuses it.
    private void advance(Transaction tx, long epoch, long sequence, long now) {
        int changed =
                tx.update(
                        "UPDATE pipeline SET sequence = sequence + 1, changed_at = ?"
                                + " WHERE name = ? AND epoch = ? AND sequence = ?",
                        now,
                        name,
                        epoch,
                        sequence);
        if (changed == 0) {
            throw fenced();
        }
    }

    void commit(Transaction tx, long epoch, long sequence, long rejected, long now) {
        advance(tx, epoch, sequence, now);
        tx.update("UPDATE pipeline SET rejected = ? WHERE name = ?", rejected, name);
    }

    void finish(Transaction tx) {
        tx.update("UPDATE pipeline SET state = 'finished', opened = 0 WHERE name = ?", name);
        tx.update("DELETE FROM pipeline_position WHERE pipeline = ?", name);
    }

    /// Notes how a run ended that did not finish; only for people, so a fence may win.
    void note(long epoch, String state, long now) {
        database.write(tx ->
                tx.update(
                        "UPDATE pipeline SET state = ?, changed_at = ?"
                                + " WHERE name = ? AND epoch = ?",
                        state,
                        now,
                        name,
                        epoch));
    }

    /// Whether the commit that followed `sequence` in this epoch took effect.
    boolean committed(long epoch, long sequence) {
        return database.read(tx ->
                tx.queryOne(
                                "SELECT sequence FROM pipeline WHERE name = ? AND epoch = ?",
                                row -> row.number(1) == sequence + 1,
                                name,
                                epoch)
                        .orElse(false));
    }

    /// What tables of another catalog are going to get.
    void savePending(Transaction tx, List<Pending> decided) {
        for (Pending pending : decided) {
            tx.update(
                    "INSERT INTO pipeline_pending (pipeline, sequence, table_name, catalog,"
                            + " commit_id, table_uuid, branch, base_snapshot, content)"
                            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    name,
                    pending.sequence(),
                    Pending.text(pending.table()),
                    pending.catalog(),
                    pending.id(),
                    pending.uuid(),
                    pending.branch().name(),
                    pending.base(),
                    pending.content());
        }
    }

    /// What tables of another catalog may not have got yet, in the order it was decided.
    List<Pending> pending() {
        return database.read(tx ->
                tx.query(
                        "SELECT sequence, table_name, catalog, commit_id, table_uuid, branch,"
                                + " base_snapshot, content FROM pipeline_pending"
                                + " WHERE pipeline = ? ORDER BY sequence, table_name",
                        row ->
                                new Pending(
                                        row.number(1),
                                        row.string(3),
                                        Pending.table(row.string(2)),
                                        row.string(4),
                                        row.string(5),
                                        new Branch(row.string(6)),
                                        row.numberOrNull(7),
                                        row.string(8)),
                        name));
    }

    /// All tables have what was decided up to this commit.
    ///
    /// @throws Fenced if another run has taken over; it knows by itself
    void ended(long epoch, long sequence) {
        database.write(tx -> {
            requireEpoch(tx, epoch);
            return tx.update(
                    "DELETE FROM pipeline_pending WHERE pipeline = ? AND sequence <= ?",
                    name,
                    sequence);
        });
    }

    /// Writes what is no part of a commit.
    ///
    /// @throws Fenced if another run has taken over
    void write(long epoch, Consumer<Transaction> change) {
        database.write(tx -> {
            requireEpoch(tx, epoch);
            change.accept(tx);
            return true;
        });
    }

    /// @throws Fenced if another run has taken over
    void requireEpoch(Transaction tx, long epoch) {
        if (tx.update("UPDATE pipeline SET epoch = epoch WHERE name = ? AND epoch = ?", name, epoch)
                == 0) {
            throw fenced();
        }
    }

    private Fenced fenced() {
        return new Fenced(
                "Pipeline %s was started again elsewhere, this run may not commit any more"
                        .formatted(name));
    }

    Optional<Read> position(String source, String split) {
        return database.read(tx ->
                tx.queryOne(
                        "SELECT row_count, byte_count, line_count, fingerprint, done"
                                + " FROM pipeline_position"
                                + " WHERE pipeline = ? AND source = ? AND split = ?",
                        row ->
                                new Read(
                                        new Position(row.number(1), row.number(2), row.number(3)),
                                        row.string(4),
                                        row.number(5) == 1),
                        name,
                        source,
                        split));
    }

    void savePosition(Transaction tx, String source, String split, Read read) {
        tx.update(
                "DELETE FROM pipeline_position WHERE pipeline = ? AND source = ? AND split = ?",
                name,
                source,
                split);
        tx.update(
                "INSERT INTO pipeline_position (pipeline, source, split, row_count, byte_count,"
                        + " line_count, fingerprint, done) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                name,
                source,
                split,
                read.position().rows(),
                read.position().bytes(),
                read.position().line(),
                read.fingerprint(),
                read.done());
    }

    Optional<Loaded> loaded(String source, String path) {
        return database.read(tx ->
                tx.queryOne(
                        "SELECT size, modified_at, fingerprint, row_count"
                                + " FROM pipeline_file"
                                + " WHERE pipeline = ? AND source = ? AND path = ?",
                        row ->
                                new Loaded(
                                        row.number(1), row.number(2), row.string(3), row.number(4)),
                        name,
                        source,
                        path));
    }

    void saveLoaded(
            Transaction tx, String source, Split split, String fingerprint, long rows, long now) {
        for (String table : List.of("pipeline_position", "pipeline_file")) {
            String column = table.equals("pipeline_file") ? "path" : "split";
            tx.update(
                    "DELETE FROM "
                            + table
                            + " WHERE pipeline = ? AND source = ? AND "
                            + column
                            + " = ?",
                    name,
                    source,
                    split.name());
        }
        tx.update(
                "INSERT INTO pipeline_file (pipeline, source, path, size, modified_at, fingerprint,"
                        + " row_count, loaded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                name,
                source,
                split.name(),
                split.bytes(),
                split.modified(),
                fingerprint,
                rows,
                now);
    }

    /// Another run has taken the pipeline over.
    static final class Fenced extends RuntimeException {
        Fenced(String message) {
            super(message);
        }
    }
}
