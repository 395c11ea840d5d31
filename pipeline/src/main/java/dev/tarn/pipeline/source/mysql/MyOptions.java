package dev.tarn.pipeline.source.mysql;

import com.github.shyiko.mysql.binlog.BinaryLogClient;
import com.github.shyiko.mysql.binlog.network.SSLMode;
import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.job.Setting;
import dev.tarn.pipeline.source.SourceOptions;
import dev.tarn.pipeline.source.jdbc.Sql;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// What the block says.
///
/// @param keys of tables whose key is not their own
/// @param serverId under which the log is asked for; 0 for any
/// @param narrow whether `tinyint(1)` is a truth
record MyOptions(
        String url,
        String user,
        String password,
        long connectMillis,
        List<MyName> tables,
        Map<MyName, List<String>> keys,
        boolean initial,
        long serverId,
        boolean narrow) {

    private static final String MYSQL = "jdbc:mysql:";
    private static final String MARIADB = "jdbc:mariadb:";
    private static final int PORT = 3306;
    private static final long SERVER_ID_MAX = (1L << 32) - 1;

    static MyOptions of(Block block) {
        String url = block.text("base-url");
        if (block.has("base-url") && addressOrNull(url) == null) {
            block.problem(
                    "base-url",
                    "expected jdbc:mysql://host:port/ or jdbc:mariadb://host:port/, found '"
                            + url
                            + "'");
        }
        String mode = block.text("startup.mode").toLowerCase(Locale.ROOT);
        if (!List.of("initial", "latest").contains(mode)) {
            block.problem("startup.mode", "expected initial or latest, found '" + mode + "'");
        }
        List<MyName> tables = tables(block);
        return new MyOptions(
                url,
                block.text("username"),
                block.has("password") ? block.text("password") : "",
                block.number("connect.timeout.ms", 1, Integer.MAX_VALUE),
                tables,
                SourceOptions.keys(block, tables, MyName::ofOrNull),
                mode.equals("initial"),
                serverId(block),
                block.truth("int_type_narrowing"));
    }

    private static long serverId(Block block) {
        if (!block.has("server-id")) {
            return 0;
        }
        String first = block.text("server-id").split("-", 2)[0].strip();
        if (first.matches("[0-9]{1,10}")) {
            long id = Long.parseLong(first);
            if (id > 0 && id <= SERVER_ID_MAX) {
                return id;
            }
        }
        block.problem("server-id", "expected a number from 1 to 4294967295, or a range of such");
        return 0;
    }

    private static List<MyName> tables(Block block) {
        List<MyName> tables = new ArrayList<>();
        Setting given = block.settingOrNull("table-names");
        List<Setting> names = given == null ? null : given.listOrNull();
        for (Setting name : names == null ? List.<Setting>of() : names) {
            MyName table = MyName.ofOrNull(name.text());
            if (table == null) {
                block.problem(
                        "table-names",
                        name.line(),
                        "expected database.table, found '%s'".formatted(name.text()));
            } else if (tables.contains(table)) {
                block.problem("table-names", name.line(), name.text() + " is there twice");
            } else {
                tables.add(table);
            }
        }
        return List.copyOf(tables);
    }

    boolean isUsable() {
        return addressOrNull(url) != null;
    }

    private static @Nullable URI addressOrNull(String url) {
        String rest =
                url.startsWith(MYSQL)
                        ? url.substring(MYSQL.length())
                        : url.startsWith(MARIADB) ? url.substring(MARIADB.length()) : "";
        int question = rest.indexOf('?');
        String bare = question < 0 ? rest : rest.substring(0, question);
        try {
            URI uri = URI.create("mysql:" + bare);
            return uri.getHost() == null ? null : uri;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    Connection connect() throws SQLException {
        var properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty("connectTimeout", Long.toString(connectMillis));
        return connect(url, properties);
    }

    /// Whether it is an address of either.
    static boolean speaks(String url) {
        return url.startsWith(MYSQL) || url.startsWith(MARIADB);
    }

    /// One driver speaks with both.
    static Connection connect(String url, Properties properties) throws SQLException {
        properties.putIfAbsent("tcpKeepAlive", "true");
        properties.setProperty("tinyInt1isBit", "false");
        properties.setProperty("yearIsDateType", "false");
        properties.setProperty("transformedBitIsBoolean", "false");
        if (sslMode(url).equals(SSLMode.DISABLED)) {
            properties.setProperty("allowPublicKeyRetrieval", "true");
        }
        Connection connection =
                DriverManager.getConnection(
                        url.startsWith(MYSQL) ? MARIADB + url.substring(MYSQL.length()) : url,
                        properties);
        try {
            Sql.run(connection, "SET time_zone = '+00:00'");
            // A commit may take its time, a snapshot a day.
            Sql.run(connection, "SET net_write_timeout = 3600, wait_timeout = 31536000");
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    BinaryLogClient logClient() {
        URI address = addressOrNull(url);
        if (address == null) {
            throw new IllegalStateException("Not an address: " + url);
        }
        var client =
                new BinaryLogClient(
                        address.getHost(),
                        address.getPort() < 0 ? PORT : address.getPort(),
                        user,
                        password);
        client.setServerId(
                serverId > 0
                        ? serverId
                        : ThreadLocalRandom.current().nextLong(1L << 20, Integer.MAX_VALUE));
        client.setConnectTimeout(connectMillis);
        client.setSSLMode(sslMode(url));
        client.setHeartbeatInterval(1_000);
        return client;
    }

    /// As the driver understands the address (`sslMode=`, or the older `useSSL=true`).
    private static SSLMode sslMode(String url) {
        String lower = url.toLowerCase(Locale.ROOT);
        if (lower.contains("sslmode=verify-full") || lower.contains("sslmode=verify_identity")) {
            return SSLMode.VERIFY_IDENTITY;
        }
        if (lower.contains("sslmode=verify-ca") || lower.contains("sslmode=verify_ca")) {
            return SSLMode.VERIFY_CA;
        }
        return lower.contains("sslmode=trust")
                        || lower.contains("sslmode=required")
                        || lower.contains("usessl=true")
                ? SSLMode.REQUIRED
                : SSLMode.DISABLED;
    }
}
