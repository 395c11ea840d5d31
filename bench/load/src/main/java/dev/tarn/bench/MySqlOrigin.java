package dev.tarn.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// The newest MySQL that Debian has.
final class MySqlOrigin implements Origin {
    private static final String COLUMNS = "name, age, price, score, ratio, active, born, at, note";

    private final int port;
    private Statement statement;

    private MySqlOrigin(int port) {
        this.port = port;
    }

    @Override
    public String name() {
        return "MySQL";
    }

    static MySqlOrigin start(Path root, Children children)
            throws IOException, InterruptedException {
        Path folder = children.folder("mysql");
        int port = Children.freePort();
        Process process =
                new ProcessBuilder(
                                root.resolve("dev/mysql-current").toString(),
                                "run",
                                Integer.toString(port),
                                folder.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("out").toFile())
                        .start();
        children.add(() -> process.destroyForcibly().waitFor());
        var changes = new MySqlOrigin(port);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!changes.answers()) {
            if (!process.isAlive() || System.nanoTime() > end) {
                throw new IOException(
                        "MySQL does not answer: " + Files.readString(folder.resolve("out")));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
        return changes;
    }

    private boolean answers() {
        try {
            connect("").close();
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    private Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:mariadb://127.0.0.1:%d/%s?user=root".formatted(port, database));
    }

    @Override
    public void fill(long rows) throws SQLException {
        statement = connect("").createStatement();
        statement.execute("CREATE DATABASE bench");
        statement.execute("USE bench");
        statement.execute(
                """
                CREATE TABLE filled (id bigint PRIMARY KEY, name varchar(40), age int, price decimal(10,2), score double,
                  ratio float, active tinyint(1), born date, at datetime, note varchar(60))\
                """);
        statement.execute(
                "INSERT INTO filled VALUES (1, 'user-1', 1, 79.19, 0.031, 0.01, 0, '2023-11-14',"
                        + " '2023-11-14 22:13:21', 'note')");
        for (long there = 1; there < rows; there *= 2) {
            statement.execute(
                    "INSERT INTO filled (id, %s) SELECT id + %d, %s FROM filled WHERE id <= %d"
                            .formatted(COLUMNS, there, COLUMNS, Math.min(there, rows - there)));
        }
        statement.execute(
                """
                UPDATE filled SET name = CONCAT('user-', id % 100000), age = id % 90, price = (id * 7919) % 1000000 / 100,
                  score = (id * 31) % 1000000 / 1000, ratio = id % 100 / 100, active = id % 2,
                  born = '2023-11-14' + INTERVAL id DIV 86400 DAY, at = '2023-11-14 22:13:20' + INTERVAL id SECOND,
                  note = CONCAT('note ', LEFT(SHA2(id, 256), 32))\
                """);
    }

    @Override
    public void make(String table) throws SQLException {
        statement.execute("CREATE TABLE %s LIKE filled".formatted(table));
    }

    @Override
    public Statement statement() {
        return statement;
    }

    @Override
    public void forget(String job) {
        // It keeps nothing for those who read.
    }

    @Override
    public boolean followed() throws SQLException {
        try (ResultSet found =
                statement.executeQuery(
                        "SELECT count(*) FROM information_schema.processlist"
                                + " WHERE command LIKE 'Binlog Dump%'")) {
            return found.next() && found.getInt(1) > 0;
        }
    }

    @Override
    public String source(String table) {
        return """
        MySQL-CDC { base-url = "jdbc:mysql://127.0.0.1:%d/", username = root, table-names = ["bench.%s"] }\
        """
                .formatted(port, table);
    }

    @Override
    public Map<String, String> debezium(String table) {
        return Map.of(
                "connector.class", "io.debezium.connector.mysql.MySqlConnector",
                "database.port", Integer.toString(port),
                "database.user", "root",
                "database.password", "",
                "database.server.id", "4711",
                "database.include.list", "bench",
                "table.include.list", "bench." + table,
                "include.schema.changes", "false",
                "schema.history.internal", "io.debezium.relational.history.MemorySchemaHistory");
    }
}
