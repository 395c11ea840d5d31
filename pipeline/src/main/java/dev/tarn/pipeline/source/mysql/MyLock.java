package dev.tarn.pipeline.source.mysql;

import dev.tarn.pipeline.source.jdbc.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/// Keeps everybody from writing into the tables that are read, so that the state of the server and
/// the set of its transactions can be taken together.
///
/// As its own backup program does, with all tables (`FLUSH TABLES WITH READ LOCK`, which takes
/// RELOAD). Who may not do that, as at most who rent their server, locks the tables that are read
/// (`LOCK TABLES`, by a connection of its own, since a transaction that begins would unlock them).
/// That waits for every transaction that has written into them: from MySQL 5.7 on by its lock of
/// the table's metadata, before by InnoDB's own lock of the table, which it takes where
/// `autocommit` is off (`innodb_table_locks`). Other transactions have nothing that would be read.
final class MyLock implements AutoCloseable {
    /// While it waits for a long query, everybody who writes waits for it.
    private static final int SECONDS_MAX = 10;

    /// `ER_SPECIFIC_ACCESS_DENIED_ERROR`: a privilege is missing.
    private static final int DENIED = 1227;

    private final Connection holder;
    private final boolean ofTables;

    private MyLock(Connection holder, boolean ofTables) {
        this.holder = holder;
        this.ofTables = ofTables;
    }

    /// @param connection that takes the state
    /// @param other that does not
    static MyLock of(Connection connection, Connection other, List<MyTable> tables)
            throws SQLException {
        try {
            limit(connection);
            try {
                Sql.run(connection, "FLUSH TABLES WITH READ LOCK");
                return new MyLock(connection, false);
            } catch (SQLException e) {
                if (e.getErrorCode() != DENIED) {
                    throw e;
                }
            }
            String list =
                    tables.stream()
                            .map(table -> table.name().quoted() + " READ")
                            .collect(Collectors.joining(", "));
            limit(other);
            other.setAutoCommit(false);
            Sql.run(other, "LOCK TABLES " + list);
            return new MyLock(other, true);
        } catch (SQLException e) {
            other.setAutoCommit(true);
            throw new SQLException(
                    "the first state cannot be taken: %s. The user needs RELOAD or LOCK TABLES, for a lock of a moment, and no query may hold it up for %s s"
                            .formatted(Sql.reason(e), SECONDS_MAX),
                    e);
        }
    }

    private static void limit(Connection connection) throws SQLException {
        Sql.run(
                connection,
                "SET lock_wait_timeout = %s, innodb_lock_wait_timeout = %s"
                        .formatted(SECONDS_MAX, SECONDS_MAX));
    }

    @Override
    public void close() throws SQLException {
        Sql.run(holder, "UNLOCK TABLES");
        if (ofTables) {
            holder.setAutoCommit(true);
        }
        Sql.run(holder, "SET lock_wait_timeout = DEFAULT, innodb_lock_wait_timeout = DEFAULT");
    }
}
