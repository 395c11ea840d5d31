package dev.tarn.pipeline.keep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tarn.pipeline.Progress;
import dev.tarn.pipeline.RunOptions;
import dev.tarn.pipeline.Spent;
import dev.tarn.pipeline.keep.Kept.State;
import dev.tarn.pipeline.source.Lag;
import dev.tarn.store.Migration;
import dev.tarn.store.Row;
import dev.tarn.store.Transaction;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The rows of kept pipelines, and what happened to them.
final class KeptRows {
    static final String COMPONENT = "pipeline-keep";
    static final List<Migration> MIGRATIONS =
            List.of(
                    new Migration(
                            1,
                            "kept pipelines",
                            """
                            CREATE TABLE kept_pipeline (
                              name ${text} NOT NULL PRIMARY KEY,
                              job ${text} NOT NULL,
                              file ${text} NOT NULL,
                              folder ${text} NOT NULL,
                              variables ${text} NOT NULL,
                              version BIGINT NOT NULL,
                              wanted INTEGER NOT NULL,
                              anew INTEGER NOT NULL,
                              state ${text} NOT NULL,
                              message ${text} NOT NULL,
                              row_count BIGINT NOT NULL,
                              rejected BIGINT NOT NULL,
                              row_rate BIGINT NOT NULL,
                              lag_records BIGINT NOT NULL,
                              lag_bytes BIGINT NOT NULL,
                              lag_ms BIGINT NOT NULL,
                              attempts BIGINT NOT NULL,
                              due_ms BIGINT NOT NULL,
                              changed_ms BIGINT NOT NULL);
                            CREATE TABLE kept_pipeline_log (
                              pipeline ${text} NOT NULL,
                              number BIGINT NOT NULL,
                              at_ms BIGINT NOT NULL,
                              line ${text} NOT NULL,
                              PRIMARY KEY (pipeline, number));
                            """),
                    new Migration(
                            2,
                            "what a run spends its time on",
                            """
                            ALTER TABLE kept_pipeline ADD COLUMN read_ms BIGINT NOT NULL DEFAULT 0;
                            ALTER TABLE kept_pipeline ADD COLUMN write_ms BIGINT NOT NULL DEFAULT 0;
                            ALTER TABLE kept_pipeline ADD COLUMN commit_ms BIGINT NOT NULL DEFAULT 0;
                            ALTER TABLE kept_pipeline
                              ADD COLUMN last_commit_ms BIGINT NOT NULL DEFAULT 0;
                            """),
                    new Migration(
                            3,
                            "the commit a run goes on behind",
                            """
                            ALTER TABLE kept_pipeline ADD COLUMN from_commit BIGINT;
                            """));

    private static final int LOG_LINES_MAX = 500;
    private static final int MESSAGE_LENGTH_MAX = 2_000;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<TreeMap<String, String>> TEXTS = new TypeReference<>() {};

    private static final String COLUMNS =
            "name, job, file, folder, variables, state, message, row_count, rejected, row_rate,"
                    + " lag_records, lag_bytes, lag_ms, changed_ms, due_ms, version, wanted, anew,"
                    + " attempts, read_ms, write_ms, commit_ms, last_commit_ms, from_commit";

    private KeptRows() {}

    /// A pipeline and what is to be done with it.
    ///
    /// @param version another with each command
    /// @param wanted whether it is to run
    /// @param options of its next begin
    /// @param attempts that failed in a row
    record Stored(Kept kept, long version, boolean wanted, RunOptions options, long attempts) {}

    /// Tells whether the name was free.
    static boolean insert(
            Transaction tx,
            String name,
            String job,
            String file,
            String folder,
            Map<String, String> variables,
            long now) {
        return tx.update(
                        "INSERT INTO kept_pipeline (name, job, file, folder, variables, version,"
                            + " wanted, anew, state, message, row_count, rejected, row_rate,"
                            + " lag_records, lag_bytes, lag_ms, attempts, due_ms, changed_ms)"
                            + " VALUES (?, ?, ?, ?, ?, 1, 1, 0, 'waiting', 'created', 0, 0, 0, -1,"
                            + " -1, -1, 0, 0, ?) ON CONFLICT DO NOTHING",
                        name,
                        job,
                        file,
                        folder,
                        json(variables),
                        now)
                == 1;
    }

    /// Another job under the same name. Tells whether there is one of the name.
    static boolean replace(
            Transaction tx,
            String name,
            String job,
            String file,
            String folder,
            Map<String, String> variables,
            long now) {
        return tx.update(
                        "UPDATE kept_pipeline SET job = ?, file = ?, folder = ?, variables = ?,"
                                + " version = version + 1, wanted = 1, state = 'waiting', message ="
                                + " 'replaced', attempts = 0, due_ms = 0, changed_ms = ? WHERE name"
                                + " = ?",
                        job,
                        file,
                        folder,
                        json(variables),
                        now,
                        name)
                == 1;
    }

    private static String json(Map<String, String> variables) {
        try {
            return JSON.writeValueAsString(new TreeMap<>(variables));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Texts can be written", e);
        }
    }

    static List<Stored> all(Transaction tx) {
        return tx.query(
                "SELECT " + COLUMNS + " FROM kept_pipeline ORDER BY name", KeptRows::stored);
    }

    static Optional<Stored> find(Transaction tx, String name) {
        return tx.queryOne(
                "SELECT " + COLUMNS + " FROM kept_pipeline WHERE name = ?", KeptRows::stored, name);
    }

    private static Stored stored(Row row) {
        State state = State.valueOf(row.string(6).toUpperCase(Locale.ROOT));
        Map<String, String> variables;
        try {
            variables = JSON.readValue(row.string(5), TEXTS);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Variables of %s".formatted(row.string(1)), e);
        }
        var kept =
                new Kept(
                        row.string(1),
                        row.string(2),
                        row.string(3),
                        row.string(4),
                        variables,
                        state,
                        row.string(7),
                        row.number(8),
                        row.number(9),
                        row.number(10),
                        new Lag(row.number(11), row.number(12), row.number(13)),
                        new Spent(row.number(20), row.number(21), row.number(22), row.number(23)),
                        Instant.ofEpochMilli(row.number(14)),
                        state == State.FAILING ? Instant.ofEpochMilli(row.number(15)) : null);
        return new Stored(
                kept,
                row.number(16),
                row.number(17) == 1,
                new RunOptions(row.number(18) == 1, row.numberOrNull(24)),
                row.number(19));
    }

    /// Tells whether there is one of the name.
    static boolean want(Transaction tx, String name, boolean run, RunOptions options, long now) {
        int changed =
                tx.update(
                        "UPDATE kept_pipeline SET version = version + 1, wanted = ?, anew = ?,"
                                + " from_commit = ?, attempts = 0, due_ms = 0, changed_ms = ?"
                                + " WHERE name = ?",
                        run,
                        options.again(),
                        options.from(),
                        now,
                        name);
        if (changed == 1 && run) {
            // Only what does not run already waits for it.
            tx.update(
                    "UPDATE kept_pipeline SET state = 'waiting', message = 'waiting' WHERE name = ?"
                            + " AND (anew = 1 OR from_commit IS NOT NULL OR state <> 'running')",
                    name);
        }
        if (changed == 1 && !run) {
            tx.update(
                    "UPDATE kept_pipeline SET state = 'paused', message = 'paused' WHERE name = ?"
                            + " AND state <> 'running'",
                    name);
        }
        return changed == 1;
    }

    static boolean delete(Transaction tx, String name) {
        tx.update("DELETE FROM kept_pipeline_log WHERE pipeline = ?", name);
        return tx.update("DELETE FROM kept_pipeline WHERE name = ?", name) == 1;
    }

    static void state(
            Transaction tx,
            String name,
            State state,
            String message,
            long attempts,
            long due,
            long now) {
        String text = shortened(message);
        tx.update(
                "UPDATE kept_pipeline SET state = ?, message = ?, attempts = ?, due_ms = ?,"
                        + " changed_ms = ? WHERE name = ?",
                state.name().toLowerCase(Locale.ROOT),
                text,
                attempts,
                due,
                now,
                name);
        String word = state.name().toLowerCase(Locale.ROOT);
        log(tx, name, text.equals(word) ? word : word + ": " + text, now);
    }

    private static String shortened(String message) {
        return message.length() <= MESSAGE_LENGTH_MAX
                ? message
                : message.substring(0, MESSAGE_LENGTH_MAX) + "...";
    }

    /// It has begun; what was wished of the begin is done.
    static void begun(Transaction tx, String name, long version, long now) {
        tx.update(
                "UPDATE kept_pipeline SET anew = 0, from_commit = NULL WHERE name = ? AND version ="
                        + " ?",
                name,
                version);
        tx.update(
                "UPDATE kept_pipeline SET state = 'running', message = 'starting', row_count = 0,"
                        + " rejected = 0, row_rate = 0, changed_ms = ? WHERE name = ?",
                now,
                name);
        log(tx, name, "running: started", now);
    }

    static void progress(Transaction tx, String name, Progress progress) {
        tx.update(
                "UPDATE kept_pipeline SET message = ?, row_count = ?, rejected = ?, row_rate = ?,"
                        + " lag_records = ?, lag_bytes = ?, lag_ms = ?, read_ms = ?, write_ms = ?,"
                        + " commit_ms = ?, last_commit_ms = ? WHERE name = ?",
                shortened(progress.message()),
                progress.rowsCommitted(),
                progress.rejected(),
                progress.rowsPerSecond(),
                progress.lag().records(),
                progress.lag().bytes(),
                progress.lag().millis(),
                progress.spent().read(),
                progress.spent().write(),
                progress.spent().commit(),
                progress.spent().lastCommit(),
                name);
    }

    static void log(Transaction tx, String name, String line, long now) {
        long number =
                tx.queryOne(
                                "SELECT COALESCE(MAX(number), 0) FROM kept_pipeline_log WHERE"
                                        + " pipeline = ?",
                                row -> row.number(1),
                                name)
                        .orElse(0L);
        tx.update(
                "INSERT INTO kept_pipeline_log (pipeline, number, at_ms, line) VALUES (?, ?, ?, ?)"
                        + " ON CONFLICT DO NOTHING",
                name,
                number + 1,
                now,
                shortened(line));
        tx.update(
                "DELETE FROM kept_pipeline_log WHERE pipeline = ? AND number <= ?",
                name,
                number + 1 - LOG_LINES_MAX);
    }

    static List<KeptLine> lines(Transaction tx, String name, long after) {
        return tx.query(
                "SELECT number, at_ms, line FROM kept_pipeline_log WHERE pipeline = ? AND number >"
                        + " ? ORDER BY number",
                row ->
                        new KeptLine(
                                row.number(1), Instant.ofEpochMilli(row.number(2)), row.string(3)),
                name,
                after);
    }
}
