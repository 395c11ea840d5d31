package dev.tarn.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// A MySQL 5.6 with the ten columns of the pipelines, as they are and as they come by the log.
final class MySqlChanges {
    /// A job's name, its source, and whether by key.
    interface Job {
        void run(String name, String source, boolean upsert) throws IOException;
    }

    private static final String COLUMNS = "name, age, price, score, ratio, active, born, at, note";

    private final int port;
    private final long rows;

    private MySqlChanges(int port, long rows) {
        this.port = port;
        this.rows = rows;
    }

    static MySqlChanges start(Path root, Children children, long rows)
            throws IOException, InterruptedException {
        Path folder = children.folder("mysql");
        int port = Children.freePort();
        Process process =
                new ProcessBuilder(
                                root.resolve("dev/mysql").toString(),
                                "run",
                                Integer.toString(port),
                                folder.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("out").toFile())
                        .start();
        children.add(() -> process.destroyForcibly().waitFor());
        var changes = new MySqlChanges(port, rows);
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

    /// All rows of a table, and then as many inserts in the log, in transactions of a thousand;
    /// each once appended and once by key.
    void measure(int rounds, Job begun, Measured snapshots, Measured logs) throws IOException {
        try (Connection connection = connect("");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE bench");
            statement.execute("USE bench");
            fill(statement);
            for (boolean upsert : List.of(false, true)) {
                String how = upsert ? "upsert" : "append";
                for (int round = 0; round <= rounds; round++) {
                    snapshots.run(
                            how,
                            "my_snapshot_%s_%d".formatted(how, round),
                            source("filled"),
                            upsert,
                            round);
                }
                for (int round = 0; round <= rounds; round++) {
                    String name = "my_log_%s_%d".formatted(how, round);
                    statement.execute("CREATE TABLE %s LIKE filled".formatted(name));
                    begun.run(name, source(name), upsert);
                    for (long from = 0; from < rows; from += 1_000) {
                        statement.execute(
                                "INSERT INTO %s SELECT * FROM filled WHERE id > %d AND id <= %d"
                                        .formatted(name, from, from + 1_000));
                    }
                    logs.run(how, name, source(name), upsert, round);
                    statement.execute("DROP TABLE " + name);
                }
            }
        } catch (SQLException e) {
            throw new IOException("MySQL: " + e.getMessage(), e);
        }
    }

    /// A run that is measured.
    interface Measured {
        void run(String how, String name, String source, boolean upsert, int round)
                throws IOException;
    }

    private void fill(Statement statement) throws SQLException {
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
                  note = CONCAT('note ', MD5(id))\
                """);
    }

    private String source(String table) {
        return """
        MySQL-CDC { base-url = "jdbc:mysql://127.0.0.1:%d/", username = root, table-names = ["bench.%s"] }\
        """
                .formatted(port, table);
    }
}
