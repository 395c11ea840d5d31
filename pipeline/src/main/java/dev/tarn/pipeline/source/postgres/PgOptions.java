package dev.tarn.pipeline.source.postgres;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.job.Setting;
import dev.tarn.pipeline.source.SourceOptions;
import dev.tarn.pipeline.source.jdbc.Sql;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the block says.
///
/// @param keys of tables whose key is not their own
/// @param connectionsMax that read a large table at once; it takes two more
/// @param slotGiven whether the job names it
record PgOptions(
        String url,
        String user,
        String password,
        long connectMillis,
        List<PgName> tables,
        Map<PgName, List<String>> keys,
        boolean initial,
        int connectionsMax,
        String slot,
        boolean slotGiven,
        String publication,
        boolean publicationGiven) {

    private static final Logger LOG = LoggerFactory.getLogger(PgOptions.class);

    static final String PREFIX = "jdbc:postgresql:";

    /// PostgreSQL's own limit.
    private static final int NAME_LENGTH_MAX = 63;

    /// How text looks, for the snapshot and for the log; and no limit of a role ends a long read.
    static final List<String> SETTINGS =
            List.of(
                    "SET statement_timeout = 0",
                    "SET idle_in_transaction_session_timeout = 0",
                    "SET datestyle = 'ISO'",
                    "SET timezone = 'UTC'",
                    "SET intervalstyle = 'iso_8601'",
                    "SET extra_float_digits = 3",
                    "SET bytea_output = 'hex'");

    /// @param job its name
    static PgOptions of(Block block, String job) {
        if (block.has("base-url") && !block.text("base-url").startsWith(PREFIX)) {
            block.problem("base-url", "expected %s...".formatted(PREFIX));
        }
        String mode = block.text("startup.mode").toLowerCase(Locale.ROOT);
        if (!List.of("initial", "latest").contains(mode)) {
            block.problem("startup.mode", "expected initial or latest, found '" + mode + "'");
        }
        List<PgName> tables = tables(block);
        String made = madeName(job);
        return new PgOptions(
                block.text("base-url"),
                block.text("username"),
                block.has("password") ? block.text("password") : "",
                block.number("connect.timeout.ms", 1, Integer.MAX_VALUE),
                tables,
                SourceOptions.keys(block, tables, PgName::ofOrNull),
                mode.equals("initial"),
                (int)
                        Math.min(
                                block.number("connection.pool.size", 1, Integer.MAX_VALUE),
                                Runtime.getRuntime().availableProcessors()),
                block.has("slot.name") ? block.text("slot.name") : made,
                block.has("slot.name"),
                block.has("tarn.publication") ? block.text("tarn.publication") : made,
                block.has("tarn.publication"));
    }

    private static List<PgName> tables(Block block) {
        List<PgName> tables = new ArrayList<>();
        Setting given = block.settingOrNull("table-names");
        List<Setting> names = given == null ? null : given.listOrNull();
        for (Setting name : names == null ? List.<Setting>of() : names) {
            PgName table = PgName.ofOrNull(name.text());
            if (table == null) {
                block.problem(
                        "table-names",
                        name.line(),
                        "expected database.schema.table, found '%s'".formatted(name.text()));
            } else if (tables.contains(table)) {
                block.problem("table-names", name.line(), name.text() + " is there twice");
            } else if (!tables.isEmpty()
                    && !tables.getFirst().database().equals(table.database())) {
                block.problem("table-names", name.line(), "all tables lie in one database");
            } else {
                tables.add(table);
            }
        }
        return List.copyOf(tables);
    }

    /// A name that PostgreSQL takes for a slot, and that no other job has.
    private static String madeName(String job) {
        String plain = job.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]", "_");
        String name = "tarn_" + plain;
        if (plain.equals(job) && name.length() <= NAME_LENGTH_MAX) {
            return name;
        }
        var crc = new CRC32();
        crc.update(job.getBytes(StandardCharsets.UTF_8));
        String end = "_%08x".formatted(crc.getValue());
        int most = NAME_LENGTH_MAX - end.length();
        return name.substring(0, Math.min(name.length(), most)) + end;
    }

    Connection connect() throws SQLException {
        return connect(new Properties());
    }

    /// A connection that speaks the replication protocol (PostgreSQL 14, chapter 53.4).
    Connection connectForReplication() throws SQLException {
        var properties = new Properties();
        properties.setProperty("replication", "database");
        properties.setProperty("preferQueryMode", "simple");
        properties.setProperty("assumeMinServerVersion", "10");
        properties.setProperty("socketFactory", PacedSockets.class.getName());
        Connection connection = connect(properties);
        try {
            // Nothing is read while a large commit is under way. Known from PostgreSQL 12 on.
            Sql.run(connection, "SET wal_sender_timeout = '10min'");
        } catch (SQLException e) {
            LOG.debug("the server's own wal_sender_timeout stays", e);
        }
        return connection;
    }

    private Connection connect(Properties properties) throws SQLException {
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty(
                "connectTimeout", Long.toString(Math.max(1, (connectMillis + 999) / 1_000)));
        properties.setProperty("ApplicationName", "tarn");
        properties.setProperty("tcpKeepAlive", "true");
        Connection connection = DriverManager.getConnection(url, properties);
        try (Statement statement = connection.createStatement()) {
            for (String setting : SETTINGS) {
                statement.execute(setting);
            }
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }
}
