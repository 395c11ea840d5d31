package dev.tarn.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Rows in PostgreSQL.
///
/// Two pools, because isolation is a setting of the connection: reads see one state (`REPEATABLE
/// READ`, read only), writes see what others committed (`READ COMMITTED`) and decide by conditional
/// updates.
final class PostgresDatabase implements Database {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresDatabase.class);
    private static final int ATTEMPTS_MAX = 4;
    private static final long CONNECTION_TIMEOUT_MS = 10_000;
    private static final int SOCKET_TIMEOUT_S = 60;

    /// Locks of a process that was frozen in a transaction must not hold others for ever.
    private static final String FROZEN_MAX = "SET idle_in_transaction_session_timeout = '60s'";

    private final HikariDataSource readers;
    private final HikariDataSource writers;

    PostgresDatabase(PostgresSettings settings) {
        this.readers = pool("reads", settings, "TRANSACTION_REPEATABLE_READ", true);
        try {
            this.writers = pool("writes", settings, "TRANSACTION_READ_COMMITTED", false);
        } catch (RuntimeException e) {
            readers.close();
            throw e;
        }
    }

    private static HikariDataSource pool(
            String name, PostgresSettings settings, String isolation, boolean readOnly) {
        var config = new HikariConfig();
        config.setPoolName("postgres-" + name);
        config.setJdbcUrl(settings.url());
        config.setUsername(settings.user());
        config.setPassword(settings.password());
        config.setMaximumPoolSize(Math.max(1, settings.connectionsMax() / 2));
        config.setMinimumIdle(1);
        config.setConnectionTimeout(CONNECTION_TIMEOUT_MS);
        config.setAutoCommit(readOnly);
        config.setReadOnly(readOnly);
        config.setTransactionIsolation(isolation);
        config.setConnectionInitSql(FROZEN_MAX);
        config.addDataSourceProperty("ApplicationName", "tarn");
        config.addDataSourceProperty("socketTimeout", SOCKET_TIMEOUT_S);
        config.addDataSourceProperty("tcpKeepAlive", true);
        try {
            return new HikariDataSource(config);
        } catch (PoolInitializationException e) {
            throw new StoreException(
                    "Cannot reach PostgreSQL at %s: %s".formatted(settings.url(), e.getMessage()),
                    e);
        }
    }

    @Override
    public <T> T read(Function<Transaction, T> work) {
        try (Connection connection = readers.getConnection()) {
            connection.setAutoCommit(false);
            T result = work.apply(new PostgresTransaction(connection));
            connection.rollback();
            return result;
        } catch (SQLException e) {
            throw new StoreException("Cannot read: " + e.getMessage(), e);
        }
    }

    /// One way to the server and back.
    @Override
    public <T> T readOne(Function<Transaction, T> work) {
        try (Connection connection = readers.getConnection()) {
            return work.apply(new PostgresTransaction(connection));
        } catch (SQLException e) {
            throw new StoreException("Cannot read: " + e.getMessage(), e);
        }
    }

    @Override
    public <T> T write(Function<Transaction, T> work) {
        for (int attempt = 1; ; attempt++) {
            try {
                return writeOnce(work);
            } catch (StoreException e) {
                // Ends: another transaction was preferred, a few times at most.
                if (attempt == ATTEMPTS_MAX || !isWorthAnotherTry(e.getCause())) {
                    throw e;
                }
            }
        }
    }

    private static boolean isWorthAnotherTry(@Nullable Throwable cause) {
        return cause instanceof SQLException e && Dialect.POSTGRES.isWorthAnotherTry(e);
    }

    private <T> T writeOnce(Function<Transaction, T> work) {
        Connection connection = connect();
        try {
            T result = work.apply(new PostgresTransaction(connection));
            commit(connection);
            return result;
        } finally {
            giveBack(connection);
        }
    }

    private Connection connect() {
        try {
            return writers.getConnection();
        } catch (SQLException e) {
            throw new StoreException("Cannot write: " + e.getMessage(), e);
        }
    }

    /// Rolls back what is open. The outcome stands whatever happens here: after the commit an
    /// exception would say that nothing took effect.
    private static void giveBack(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.warn("connection lost when it was given back", e);
        }
    }

    private static void commit(Connection connection) {
        try {
            connection.commit();
        } catch (SQLException e) {
            if (Dialect.POSTGRES.surelyRolledBack(e)) {
                throw new StoreException("Cannot commit: " + e.getMessage(), e);
            }
            throw new OutcomeUnknownException("Cannot tell whether the commit took effect", e);
        }
    }

    @Override
    public void migrate(String component, List<Migration> migrations) {
        new Migrations(component, migrations).apply(this, Dialect.POSTGRES);
    }

    @Override
    public boolean remote() {
        return true;
    }

    @Override
    public boolean reachable() {
        return Reachable.check(this);
    }

    @Override
    public void close() {
        readers.close();
        writers.close();
    }

    private static final class PostgresTransaction extends Statements {
        PostgresTransaction(Connection connection) {
            super(Dialect.POSTGRES, connection);
        }

        @Override
        public int tryUpdate(String sql, @Nullable Object... arguments) {
            update("SAVEPOINT attempt");
            try {
                int changed = update(sql, arguments);
                update("RELEASE SAVEPOINT attempt");
                return changed;
            } catch (DuplicateKeyException | ForeignKeyException e) {
                update("ROLLBACK TO SAVEPOINT attempt");
                throw e;
            }
        }

        @Override
        public void lock(String name) {
            query("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", row -> name, name);
        }

        @Override
        public void lockShared(String name) {
            query("SELECT pg_advisory_xact_lock_shared(hashtextextended(?, 0))", row -> name, name);
        }
    }
}
