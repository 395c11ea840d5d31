package dev.tarn.pipeline.source.postgres;

import dev.tarn.pipeline.source.jdbc.Sql;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;
import org.postgresql.replication.ReplicationSlotInfo;

/// The server's memory of how far the log was read, and what of it is published.
final class PgSlot {
    /// `object_in_use`: whoever read from the slot has gone, and the server does not know yet.
    private static final String IN_USE = "55006";

    private static final long WAIT_NANOS = 20_000_000_000L;
    private static final long PAUSE_NANOS = 100_000_000L;

    private final PgOptions options;
    private final Connection sql;
    private final Connection replication;

    PgSlot(PgOptions options, Connection sql, Connection replication) {
        this.options = options;
        this.sql = sql;
        this.replication = replication;
    }

    /// Tells one server from another, and one reading from another.
    String identity() throws SQLException {
        String system;
        try (var statement = replication.createStatement();
                var found = statement.executeQuery("IDENTIFY_SYSTEM")) {
            found.next();
            system = found.getString("systemid");
        }
        String tables =
                options.tables().stream()
                        .map(PgName::path)
                        .sorted()
                        .collect(Collectors.joining(","));
        return "%s/%s/%s".formatted(system, options.slot(), tables);
    }

    /// Whether a run before this one has made the slot.
    ///
    /// @throws IOException if it may be somebody else's
    boolean existed() throws SQLException, IOException {
        boolean exists = stateOrNull() != null;
        if (exists && options.slotGiven()) {
            throw new IOException(
                    "Replication slot %s exists, and nothing is known of a run that made it: choose another slot.name, or, if nobody else reads it, SELECT pg_drop_replication_slot('%s')"
                            .formatted(options.slot(), options.slot()));
        }
        return exists;
    }

    private record State(@Nullable String flushed, @Nullable String status) {}

    private @Nullable State stateOrNull() throws SQLException {
        boolean known = sql.getMetaData().getDatabaseMajorVersion() >= 13;
        List<List<@Nullable String>> rows =
                Sql.rows(
                        sql,
                        "SELECT confirmed_flush_lsn::text, %s FROM pg_replication_slots WHERE slot_name = ?"
                                .formatted(known ? "wal_status" : "'reserved'"),
                        options.slot());
        return rows.isEmpty() ? null : new State(rows.getFirst().get(0), rows.getFirst().get(1));
    }

    /// @throws IOException if the log from there on is gone
    void requireLog(long lsn) throws SQLException, IOException {
        State state = stateOrNull();
        String place = LogSequenceNumber.valueOf(lsn).asString();
        String remedy =
                "; changes in between cannot be read any more. Run the job with --again to begin"
                        + " with all rows";
        if (state == null) {
            throw new IOException(
                    "Replication slot %s is gone, it was read up to %s"
                                    .formatted(options.slot(), place)
                            + remedy);
        }
        if ("lost".equals(state.status())) {
            throw new IOException(
                    "The server has removed the log that replication slot %s still needed, from %s on (max_slot_wal_keep_size)"
                                    .formatted(options.slot(), place)
                            + remedy);
        }
        if (state.flushed() != null
                && Long.compareUnsigned(LogSequenceNumber.valueOf(state.flushed()).asLong(), lsn)
                        > 0) {
            throw new IOException(
                    "Replication slot %s stands at %s, this job has read up to %s: somebody else reads from it"
                                    .formatted(options.slot(), state.flushed(), place)
                            + remedy);
        }
    }

    /// Makes the publication, or looks at the one that is given.
    void publish() throws SQLException, IOException {
        List<List<@Nullable String>> found =
                Sql.rows(
                        sql,
                        "SELECT puballtables, pubinsert AND pubupdate AND pubdelete FROM"
                                + " pg_publication WHERE pubname = ?",
                        options.publication());
        String list =
                options.tables().stream().map(PgName::quoted).collect(Collectors.joining(", "));
        String name = PgName.quoted(options.publication());
        if (found.isEmpty()) {
            String create = "CREATE PUBLICATION %s FOR TABLE %s".formatted(name, list);
            if (options.publicationGiven()) {
                throw new IOException(
                        "There is no publication %s: %s".formatted(options.publication(), create));
            }
            // A partitioned table is one table.
            boolean hasRoots = sql.getMetaData().getDatabaseMajorVersion() >= 13;
            Sql.run(sql, create + (hasRoots ? " WITH (publish_via_partition_root = true)" : ""));
            return;
        }
        if (!"t".equals(found.getFirst().get(1))) {
            throw new IOException(
                    "Publication %s must have insert, update and delete: ALTER PUBLICATION %s SET (publish = 'insert, update, delete, truncate')"
                            .formatted(options.publication(), name));
        }
        if (!"t".equals(found.getFirst().get(0))) {
            addTables(name);
        }
    }

    private void addTables(String publication) throws SQLException, IOException {
        List<String> published =
                Sql.rows(
                                sql,
                                "SELECT schemaname || '.' || tablename FROM pg_publication_tables"
                                        + " WHERE pubname = ?",
                                options.publication())
                        .stream()
                        .map(row -> String.valueOf(row.getFirst()))
                        .toList();
        for (PgName table : options.tables()) {
            if (!published.contains(table.toString())) {
                String add =
                        "ALTER PUBLICATION %s ADD TABLE %s".formatted(publication, table.quoted());
                if (options.publicationGiven()) {
                    throw new IOException(
                            "Publication %s does not have the table %s: %s"
                                    .formatted(options.publication(), table, add));
                }
                Sql.run(sql, add);
            }
        }
    }

    /// Makes the slot, in place of one that a run before this one made and did not use.
    ReplicationSlotInfo create() throws SQLException {
        if (stateOrNull() != null) {
            patiently(() -> {
                Sql.rows(sql, "SELECT pg_drop_replication_slot(?)::text", options.slot());
                return true;
            });
        }
        return replication
                .unwrap(PGConnection.class)
                .getReplicationAPI()
                .createReplicationSlot()
                .logical()
                .withSlotName(options.slot())
                .withOutputPlugin("pgoutput")
                .make();
    }

    /// The log from a position on.
    PGReplicationStream start(long lsn) throws SQLException {
        return patiently(() ->
                replication
                        .unwrap(PGConnection.class)
                        .getReplicationAPI()
                        .replicationStream()
                        .logical()
                        .withSlotName(options.slot())
                        .withStartPosition(LogSequenceNumber.valueOf(lsn))
                        .withSlotOption("proto_version", 1)
                        .withSlotOption(
                                "publication_names",
                                PgName.quoted(options.publication()).replace("'", "''"))
                        .start());
    }

    private interface Attempt<T> {
        T run() throws SQLException;
    }

    private static <T> T patiently(Attempt<T> attempt) throws SQLException {
        long begin = System.nanoTime();
        while (true) { // ends: after a while the server's answer stands
            try {
                return attempt.run();
            } catch (SQLException e) {
                if (!IN_USE.equals(e.getSQLState()) || System.nanoTime() - begin > WAIT_NANOS) {
                    throw e;
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    /// Where the log ends behind all that is committed now. What was committed with
    /// `synchronous_commit = off` is brought to the disk for it: nothing else is sent.
    long endOfAll() throws SQLException {
        Sql.run(sql, "SET synchronous_commit = on");
        Sql.text(sql, "SELECT pg_logical_emit_message(true, 'tarn', 'end')::text");
        return end();
    }

    /// Where the log ends now, as far as it is on the disk.
    long end() throws SQLException {
        return LogSequenceNumber.valueOf(Sql.text(sql, "SELECT pg_current_wal_flush_lsn()::text"))
                .asLong();
    }
}
