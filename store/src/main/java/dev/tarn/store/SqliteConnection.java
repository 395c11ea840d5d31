package dev.tarn.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;

/// One connection to the file. Begins and ends transactions by statement: the driver's own idea of
/// auto-commit knows no savepoints within a shared transaction.
final class SqliteConnection extends Statements implements AutoCloseable {
    private static final int BUSY_TIMEOUT_MS = 10_000;

    private final Connection connection;

    private SqliteConnection(Connection connection) {
        super(Dialect.SQLITE, connection);
        this.connection = connection;
    }

    static SqliteConnection open(Path file, boolean writer, boolean fsync) {
        var config = new SQLiteConfig();
        config.setJournalMode(JournalMode.WAL);
        // In write-ahead mode NORMAL syncs where the log moves into the file, so that it stays
        // whole.
        config.setSynchronous(fsync ? SynchronousMode.FULL : SynchronousMode.NORMAL);
        config.setBusyTimeout(BUSY_TIMEOUT_MS);
        config.enforceForeignKeys(true);
        try {
            var connection = config.createConnection("jdbc:sqlite:" + file);
            var opened = new SqliteConnection(connection);
            if (!writer) {
                opened.run("PRAGMA query_only = ON");
            }
            return opened;
        } catch (SQLException e) {
            throw new StoreException("Cannot open %s: %s".formatted(file, e.getMessage()), e);
        }
    }

    void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /// What a statement has done before it failed is taken back with it.
    @Override
    public int tryUpdate(String sql, @Nullable Object... arguments) {
        return update(sql, arguments);
    }

    /// The single writer is the lock.
    @Override
    public void lock(String name) {}

    @Override
    public void lockShared(String name) {}

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new StoreException("Cannot close the database: " + e.getMessage(), e);
        }
    }
}
