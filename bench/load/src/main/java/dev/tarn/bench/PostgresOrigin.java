package dev.tarn.bench;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// A PostgreSQL with everything synced.
final class PostgresOrigin implements Origin {
    private final Backends.Postgres server;
    private final Statement statement;

    PostgresOrigin(Backends.Postgres server) throws SQLException {
        this.server = server;
        Connection connection = DriverManager.getConnection(server.jdbc(), "postgres", "postgres");
        this.statement = connection.createStatement();
    }

    @Override
    public String name() {
        return "PostgreSQL";
    }

    @Override
    public void fill(long rows) throws SQLException {
        statement.execute(
                """
                CREATE TABLE filled AS SELECT i::bigint AS id, 'user-' || (i %% 100000) AS name,
                  (i %% 90)::int AS age, ((i * 7919) %% 1000000 / 100.0)::numeric(10,2) AS price,
                  ((i * 31) %% 1000000) / 1000.0::double precision AS score, ((i %% 100) / 100.0)::real AS ratio,
                  i %% 2 = 0 AS active, DATE '2023-11-14' + (i / 86400)::int AS born,
                  TIMESTAMP '2023-11-14 22:13:20' + i * INTERVAL '1 s' AS at, 'note ' || md5(i::text) AS note
                  FROM generate_series(1, %d::bigint) i\
                """
                        .formatted(rows));
        statement.execute("ALTER TABLE filled ADD PRIMARY KEY (id)");
    }

    @Override
    public void make(String table) throws SQLException {
        statement.execute("CREATE TABLE %s (LIKE filled INCLUDING ALL)".formatted(table));
    }

    @Override
    public Statement statement() {
        return statement;
    }

    @Override
    public void forget(String job) throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try {
                statement.execute("SELECT pg_drop_replication_slot('tarn_%s')".formatted(job));
                return;
            } catch (SQLException e) {
                // The server may not know yet that its reader has gone.
                if (attempt == 100) {
                    throw e;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
        }
    }

    @Override
    public boolean followed() throws SQLException {
        try (ResultSet found =
                statement.executeQuery("SELECT bool_or(active) FROM pg_replication_slots")) {
            return found.next() && found.getBoolean(1);
        }
    }

    @Override
    public String source(String table) {
        return """
        Postgres-CDC { base-url = "%s", username = postgres, password = postgres, \
        table-names = ["postgres.public.%s"] }\
        """
                .formatted(server.jdbc(), table);
    }

    @Override
    public Map<String, String> debezium(String table) {
        return Map.of(
                "connector.class", "io.debezium.connector.postgresql.PostgresConnector",
                "database.port", server.address().replaceAll(".*:|/.*", ""),
                "database.user", "postgres",
                "database.password", "postgres",
                "database.dbname", "postgres",
                "plugin.name", "pgoutput",
                "slot.drop.on.stop", "true",
                "publication.autocreate.mode", "filtered",
                "table.include.list", "public." + table);
    }
}
