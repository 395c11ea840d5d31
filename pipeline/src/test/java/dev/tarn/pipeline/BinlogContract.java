package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tarn.pipeline.Progress.State;
import dev.tarn.pipeline.job.JobSource;
import dev.tarn.pipeline.source.jdbc.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Changes of a real server with a binary log.
abstract class BinlogContract implements FirstRowsContract {
    private static final int DIFFERENCES = 40;

    private static final long PREPARED_NANOS = 20_000_000L;

    @TempDir Path folder;

    private int transactions;

    @Override
    public Path folder() {
        return folder;
    }

    /// On the loopback address; user root without a password.
    abstract int port();

    abstract boolean mariaDb();

    @BeforeEach
    void database() throws SQLException {
        try (Connection connection = connect("")) {
            Sql.run(connection, "CREATE DATABASE IF NOT EXISTS shop");
        }
    }

    private Connection connect() throws SQLException {
        return connect("shop");
    }

    private Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:mariadb://127.0.0.1:%s/%s?user=root".formatted(port(), database));
    }

    /// In one transaction.
    void sql(String... statements) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (String sql : statements) {
                statement.execute(sql);
            }
            connection.commit();
        }
    }

    /// Makes one who may follow changes.
    ///
    /// @param how behind the name
    /// @param more besides reading
    void user(String name, String how, String more) throws SQLException {
        for (String host : List.of("localhost", "127.0.0.1")) {
            sql(
                    "CREATE USER '%s'@'%s' %s".formatted(name, host, how),
                    "GRANT SELECT, REPLICATION SLAVE, REPLICATION CLIENT%s ON *.* TO '%s'@'%s'"
                            .formatted(more, name, host));
        }
    }

    /// The first column.
    List<String> lines(String sql) throws SQLException {
        List<String> lines = new ArrayList<>();
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                lines.add(rows.getString(1));
            }
        }
        return lines;
    }

    String job(String name, String mode, String tables, String sink) {
        return """
        env { job.name = %s, job.mode = %s, checkpoint.interval = 40 }
        source { MySQL-CDC { base-url = "jdbc:mysql://127.0.0.1:%s/shop", username = root, table-names = [%s] } }
        sink { Iceberg { namespace = t, table = "${table_name}", iceberg.table.upsert-mode-enabled = true %s } }
        """
                .formatted(name, mode, port(), tables, sink);
    }

    private static void await(PipelineRun run, long rowsCommitted) {
        Await.until(
                rowsCommitted + " rows committed",
                () -> {
                    assertThat(run.progress())
                            .extracting(Progress::state)
                            .as(run.progress().message())
                            .isEqualTo(State.RUNNING);
                    return run.progress().rowsCommitted() >= rowsCommitted;
                });
    }

    @Test
    void rowsAreReadOnceAndThenFollowed() throws Exception {
        sql(
                "CREATE TABLE item (id int PRIMARY KEY, name varchar(40) NOT NULL, price"
                        + " decimal(8,2))",
                "CREATE TABLE stock (place char(3), item int, count bigint, PRIMARY KEY (place,"
                        + " item))",
                "INSERT INTO stock VALUES ('a', 1, 5), ('b', 2, null)");
        var values = new ArrayList<String>();
        for (int i = 1; i <= 3_000; i++) {
            values.add("(%s, 'item %s', %s / 4)".formatted(i, i, i));
        }
        sql("INSERT INTO item VALUES " + String.join(",", values));
        String job = job("follow", "BATCH", "\"shop.item\", \"shop.stock\"", "");
        try (var world = new World(folder)) {
            assertThat(world.run(job).message()).isEqualTo("finished");
            assertThat(world.byFirst("t.item")).hasSize(3000).containsEntry("7", "7|item 7|1.75");
            assertThat(world.byFirst("t.stock")).containsOnlyKeys("a", "b");
            assertThat(world.table("t.item").schema().identifierFieldNames()).containsExactly("id");

            sql(
                    "UPDATE item SET name = 'changed' WHERE id = 7",
                    "UPDATE item SET id = 9007 WHERE id = 8",
                    "DELETE FROM item WHERE id > 2990 AND id < 9000",
                    "INSERT INTO stock VALUES ('c', 3, 3)",
                    "UPDATE stock SET count = 6 WHERE place = 'a'");
            sql("DELETE FROM stock WHERE place = 'b'");
            Progress next = world.run(job);
            assertThat(next.message()).isEqualTo("finished");
            assertThat(next.rows()).isEqualTo(18);
            assertThat(world.byFirst("t.item"))
                    .hasSize(2990)
                    .containsEntry("7", "7|changed|1.75")
                    .containsEntry("9007", "9007|item 8|2.00")
                    .doesNotContainKeys("8", "2991", "3000");
            assertThat(world.byFirst("t.stock").values())
                    .containsExactlyInAnyOrder("a|1|6", "c|3|3");
            assertThat(world.run(job).rows()).isZero();
        }
    }

    @Test
    void debeziumTellsTheSameChanges() throws Exception {
        new Differential(new BinlogChanges(port(), mariaDb()), 1).run(folder);
    }

    @Test
    @Tag("slow")
    void debeziumTellsTheSameChangesManyTimes() throws Exception {
        for (int seed = 2; seed <= DIFFERENCES; seed++) {
            new Differential(new BinlogChanges(port(), mariaDb()), seed)
                    .run(Files.createDirectory(folder.resolve("seed" + seed)));
        }
    }

    @Test
    void everyTypeIsTheSameFromTheTableAndFromTheLog() throws Exception {
        sql(
                """
                CREATE TABLE kinds (id int PRIMARY KEY, b tinyint(1), t tinyint, tu tinyint unsigned, s smallint, su smallint unsigned,
                  m mediumint, mu mediumint unsigned, iu int unsigned, l bigint, lu bigint unsigned, f float, d double,
                  n decimal(20,4), big decimal(50,3), bit1 bit(1), bits bit(12), y year, c char(5), v varchar(200) CHARACTER SET utf8mb4,
                  la varchar(20) CHARACTER SET latin1, tx text CHARACTER SET utf8mb4, bi binary(4), vb varbinary(20), bl blob,
                  da date, ti time(6), dt datetime(6), dt0 datetime, ts timestamp(6) NULL,
                  e enum('it''s','b,c'), st set('x','y','z')) CHARACTER SET utf8mb4\
                """);
        String[] values = {
            "1, -3, 250, -30000, 65000, -8000000, 16000000, 4000000000, 9223372036854775807,"
                + " 18446744073709551615, 1.17, 1e300, 12345678901234.5678,"
                + " 12345678901234567890123456789012345678901234567.125, 1, b'100000000001', 2024,"
                + " 'ab ', 'tab\\t new\\n"
                + " back\\\\slash \u00e4\u20ac', '\u00e4\u00f6', 'text', 'a\\0', x'00ff5c',"
                + " x'ff00', '1969-12-31', '23:59:59.999999', '2024-02-29 12:34:56.789',"
                + " '2024-02-29 12:34:56', '2024-02-29 12:34:56.789', 'it''s', 'x,z'",
            "0, 0, 0, 0, 0, 0, 0, 0, -9223372036854775808, 0, -0.1, 0, -1, -1, 0, b'0', 1901, '',"
                    + " '', '', '', '', '', '', '1000-01-01', '00:00:00', '9999-12-31"
                    + " 23:59:59.999999', '1000-01-01 00:00:00', '1970-01-01 00:00:01', 'b,c', ''",
            "null" + ", null".repeat(30)
        };
        for (int i = 0; i < values.length; i++) {
            sql(
                    "SET time_zone = '+00:00'",
                    "INSERT INTO kinds VALUES (%s, %s)".formatted(i, values[i]));
        }
        String job = job("kinds", "BATCH", "\"shop.kinds\"", "");
        try (var world = new World(folder)) {
            assertThat(world.run(job).message()).isEqualTo("finished");
            for (int i = 0; i < values.length; i++) {
                sql(
                        "SET time_zone = '+00:00'",
                        "INSERT INTO kinds VALUES (%s, %s)".formatted(i + 10, values[i]));
            }
            assertThat(world.run(job).message()).isEqualTo("finished");
            Map<String, String> rows = world.byFirst("t.kinds");
            assertThat(rows).hasSize(6);
            readByJdbcItIsTheSame(world, "0", "1", "2", "10", "11", "12");
            for (int i = 0; i < values.length; i++) {
                Record read = row(world, i);
                Record logged = row(world, i + 10);
                for (int c = 1; c < read.size(); c++) {
                    assertThat(logged.get(c))
                            .as("row %s column %s", i, read.struct().fields().get(c))
                            .isEqualTo(read.get(c));
                }
            }
            assertThat(rows.get("0").replaceAll("java.nio.HeapByteBuffer", ""))
                    .isEqualTo(
                            "0|true|-3|250|-30000|65000|-8000000|16000000|4000000000|9223372036854775807|18446744073709551615|1.17|1.0E300|12345678901234.5678|12345678901234567890123456789012345678901234567.125|true|[pos=0"
                                + " lim=2 cap=2]|2024|ab|tab\t new\n"
                                + " back\\slash \u00e4\u20ac|\u00e4\u00f6|text|[pos=0 lim=4"
                                + " cap=4]|[pos=0 lim=3 cap=3]|[pos=0 lim=2"
                                + " cap=2]|1969-12-31|23:59:59.999999|2024-02-29T12:34:56.789|2024-02-29T12:34:56|2024-02-29T12:34:56.789Z|it's|x,z");
        }
    }

    private String jdbc(String name, String source) {
        return """
        env { job.name = %s }
        source { Jdbc { url = "jdbc:mysql://127.0.0.1:%s/shop?useSSL=false", user = root, driver = "com.mysql.cj.jdbc.Driver"
          tarn.dead_letter_table = "t.dead_%s", %s } }
        sink { Iceberg { namespace = jdbc, table = "${table_name:%s}" } }
        """
                .formatted(name, port(), name, source, name);
    }

    /// As the table and as any query.
    private void readByJdbcItIsTheSame(World world, String... ids) throws Exception {
        for (String how :
                List.of("table_path = \"shop.kinds\"", "query = \"SELECT * FROM kinds\"")) {
            String name = how.startsWith("table") ? "kinds" : "asked";
            assertThat(world.run(jdbc(name, how)).message()).isEqualTo("finished");
            Map<String, String> read = world.byFirst("jdbc." + name);
            Map<String, String> followed = world.byFirst("t.kinds");
            assertThat(read.keySet()).isEqualTo(followed.keySet());
            for (String id : ids) {
                assertThat(read.get(id)).as(name).isEqualTo(followed.get(id));
            }
            for (int i = 0; i < world.table("t.kinds").schema().columns().size(); i++) {
                assertThat(world.table("jdbc." + name).schema().columns().get(i).type())
                        .isEqualTo(world.table("t.kinds").schema().columns().get(i).type());
            }
        }
    }

    @Test
    void tablesAndQueriesAreReadToTheirEnd() throws Exception {
        sql(
                "CREATE TABLE sold (id bigint PRIMARY KEY, item varchar(20) NOT NULL, price"
                        + " decimal(8,2))");
        var values = new ArrayList<String>();
        for (int i = 1; i <= 5_000; i++) {
            values.add("(%s, 'item %s', %s / 100)".formatted(i, i, i));
        }
        sql("INSERT INTO sold VALUES " + String.join(",", values));
        try (var world = new World(folder)) {
            String job =
                    jdbc(
                                    "list",
                                    """
                                    table_list = [
                                      { table_path = "shop.sold" }
                                      { table_path = "shop.cheap", query = "SELECT id, year(now()) y, count(*) over_all FROM sold WHERE price < 1 GROUP BY id" }
                                    ]
                                    partition_column = id, partition_lower_bound = 1, partition_upper_bound = 4000, partition_num = 3\
                                    """)
                            .replace("job.name", "tarn.checkpoint.rows = 700, job.name");
            assertThat(world.run(job).message()).isEqualTo("finished");
            assertThat(world.byFirst("jdbc.sold"))
                    .hasSize(4_000)
                    .containsEntry("7", "7|item 7|0.07");
            assertThat(world.table("jdbc.sold").schema().identifierFieldNames())
                    .containsExactly("id");
            assertThat(world.table("jdbc.sold").schema().findField("item").isRequired()).isTrue();
            assertThat(world.rows("jdbc.cheap")).hasSize(99);

            String where =
                    jdbc("some", "table_path = \"sold\", where_condition = \"where id > 4990\"")
                            .replace("${table_name:some}", "some");
            assertThat(world.run(where).message()).isEqualTo("finished");
            assertThat(world.rows("jdbc.some")).hasSize(10);

            for (String wrong :
                    List.of(
                            "table_path = \"shop.nothing\"",
                            "query = \"SELECT nope FROM sold\"",
                            "query = \"SELECT id, price id FROM sold\"",
                            "query = \"DELETE FROM sold\"")) {
                assertThat(catchThrowable(() -> world.run(jdbc("wrong", wrong))))
                        .as(wrong)
                        .hasMessageContaining("Jdbc." + wrong.substring(0, wrong.indexOf(' ')));
            }
            assertThat(lines("SELECT count(*) FROM sold")).containsExactly("5000");
        }
    }

    private static Record row(World world, int id) throws Exception {
        return world.rows("t.kinds").stream()
                .filter(row -> row.get(0).equals(id))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void datesThatAreNoneAndWhatDoesNotFit() throws Exception {
        sql(
                "CREATE TABLE odd (id int PRIMARY KEY, d date, t time, b tinyint(1), n datetime NOT"
                        + " NULL)",
                "SET SESSION sql_mode = ''",
                "INSERT INTO odd VALUES (1, '0000-00-00', '01:00:00', 1, '2024-01-01'), (2, null,"
                    + " '100:00:00', 1, '2024-01-01'), (3, null, null, 2, '2024-01-01'), (4, null,"
                    + " null, 0, '0000-00-00')");
        String job =
                job("odd", "BATCH", "\"shop.odd\"", "")
                        .replace(
                                "username = root",
                                "username = root, tarn.dead_letter_table = \"t.dead\"");
        try (var world = new World(folder)) {
            assertThat(world.run(job).message()).isEqualTo("finished");
            assertThat(world.byFirst("t.odd").values())
                    .containsExactly("1|null|01:00|true|2024-01-01T00:00");
            assertThat(world.run(jdbc("odd", "table_path = \"shop.odd\"")).message())
                    .isEqualTo("finished");
            assertThat(world.byFirst("jdbc.odd").values())
                    .containsExactly("1|null|01:00|true|2024-01-01T00:00");
            assertThat(world.rows("t.dead_odd")).hasSize(3);
            sql("SET SESSION sql_mode = ''", "INSERT INTO odd SELECT id + 10, d, t, b, n FROM odd");
            assertThat(world.run(job).message()).isEqualTo("finished");
            assertThat(world.byFirst("t.odd").values())
                    .containsExactly(
                            "1|null|01:00|true|2024-01-01T00:00",
                            "11|null|01:00|true|2024-01-01T00:00");
            assertThat(world.column("t.dead", "column"))
                    .containsExactlyInAnyOrder("t", "b", "n", "t", "b", "n");
        }
    }

    @Test
    void itGoesOnBehindACommitOfBefore() throws Exception {
        sql("CREATE TABLE back (id int PRIMARY KEY, n int)", "INSERT INTO back VALUES (1, 1)");
        String job = job("back", "BATCH", "\"shop.back\"", "");
        try (var world = new World(folder)) {
            world.run(job);
            sql("INSERT INTO back VALUES (2, 1)");
            world.run(job);
            long commit = world.pipelines.past("back", 1).getFirst().number();
            sql("UPDATE back SET n = 2", "DELETE FROM back WHERE id = 1");
            // The table has another shape by now, the log the one of then.
            sql("ALTER TABLE back ADD COLUMN m int");
            sql("INSERT INTO back VALUES (3, 3, 3)");
            String evolving =
                    job(
                            "back",
                            "BATCH",
                            "\"shop.back\"",
                            ", iceberg.table.schema-evolution-enabled = true");
            assertThat(world.run(evolving).message()).isEqualTo("finished");
            Map<String, String> rows = world.byFirst("t.back");
            assertThat(rows.values()).containsExactlyInAnyOrder("2|2|null", "3|3|3");
            Progress back = world.run(evolving, RunOptions.from(commit));
            assertThat(back.message()).isEqualTo("finished");
            assertThat(back.rows()).isEqualTo(6);
            assertThat(world.byFirst("t.back")).isEqualTo(rows);
            // The columns then and the columns now, once each.
            assertThat(
                            world.database.<Long>read(tx ->
                                    tx.queryOne(
                                                    "SELECT COUNT(*) FROM pipeline_layout",
                                                    row -> row.number(1))
                                            .orElseThrow()))
                    .isEqualTo(2);
        }
    }

    @Test
    void whatIsLostEndsTheRunWithTheReason() throws Exception {
        sql("CREATE TABLE lost (id int PRIMARY KEY)", "INSERT INTO lost VALUES (1)");
        String job = job("lost", "BATCH", "\"shop.lost\"", "");
        try (var world = new World(folder)) {
            assertThat(world.run(job).message()).isEqualTo("finished");
            sql("INSERT INTO lost VALUES (2)");
            sql("FLUSH BINARY LOGS", "INSERT INTO lost VALUES (3)");
            sql("FLUSH BINARY LOGS");
            String last = lines("SHOW BINARY LOGS").getLast();
            sql("PURGE BINARY LOGS TO '" + last + "'");
            Progress gone = world.run(job);
            assertThat(gone.state()).isEqualTo(State.FAILED);
            assertThat(gone.message())
                    .containsIgnoringCase(
                            mariaDb() ? "could not find GTID" : "dropped log that was not read");
            assertThat(world.byFirst("t.lost")).containsOnlyKeys("1");
            assertThat(world.run(job, RunOptions.AGAIN).message()).isEqualTo("finished");
            assertThat(world.byFirst("t.lost")).containsOnlyKeys("1", "2", "3");

            String two = job("two", "BATCH", "\"other.one\"", "");
            sql(
                    "CREATE DATABASE other",
                    "CREATE TABLE other.one (id int PRIMARY KEY)",
                    "INSERT INTO other.one VALUES (1)");
            assertThat(world.run(two).message()).isEqualTo("finished");
            PipelineRun run =
                    world.pipelines.start(
                            world.job(two.replace("BATCH", "STREAMING")),
                            Map.of(),
                            RunOptions.DEFAULT,
                            line -> {});
            sql("INSERT INTO other.one VALUES (2)");
            await(run, 1);
            sql("DROP DATABASE other");
            Progress dropped = run.await();
            assertThat(dropped.state()).isEqualTo(State.FAILED);
            assertThat(dropped.message()).contains("DROP DATABASE other", "no such table");
        }
    }

    @Test
    void wrongOptionsAreNamed() throws Exception {
        sql("CREATE TABLE right_one (id int PRIMARY KEY)");
        try (var world = new World(folder)) {
            Throwable refused =
                    catchThrowable(() ->
                            world.run(
                                    job("wrong", "BATCH", "\"shop.nope\", \"nothing\"", "")
                                            .replace(
                                                    "username = root",
                                                    "username = root, startup.mode = earliest,"
                                                            + " server-id = x")));
            assertThat(refused)
                    .hasMessageContaining("shop.nope: there is no such table")
                    .hasMessageContaining("expected database.table, found 'nothing'")
                    .hasMessageContaining("expected initial or latest, found 'earliest'")
                    .hasMessageContaining("expected a number from 1 to 4294967295");
        }
    }

    @Test
    void aTableThatChangesIsFollowed() throws Exception {
        sql(
                "CREATE TABLE grow (id int PRIMARY KEY, n int NOT NULL, gone varchar(5) NOT NULL)",
                "INSERT INTO grow VALUES (1, 1, 'a')");
        String job =
                job(
                        "grow",
                        "STREAMING",
                        "\"shop.grow\"",
                        ", iceberg.table.schema-evolution-enabled = true");
        try (var world = new World(folder)) {
            PipelineRun run =
                    world.pipelines.start(world.job(job), Map.of(), RunOptions.DEFAULT, line -> {});
            await(run, 1);
            sql("INSERT INTO grow VALUES (2, 2, 'b')");
            sql("ALTER TABLE grow ADD more decimal(6,2), DROP gone, MODIFY n bigint NOT NULL");
            sql(
                    "INSERT INTO grow VALUES (3, 3000000000, 1.25)",
                    "UPDATE grow SET more = 2.5 WHERE id = 1");
            await(run, 5);
            run.cancel();
            Progress end = run.await();
            assertThat(end.state()).as(end.message()).isEqualTo(State.CANCELLED);
            assertThat(world.byFirst("t.grow").values())
                    .containsExactly("1|1|null|2.50", "2|2|b|null", "3|3000000000|null|1.25");
        }
    }

    @Test
    void aRenamedColumnStaysTheSame() throws Exception {
        sql(
                "CREATE TABLE named (id int PRIMARY KEY, a int, `b c` varchar(9))",
                "INSERT INTO named VALUES (1, 1, 'x')");
        String evolving = ", iceberg.table.schema-evolution-enabled = true";
        // Nothing is committed for the sake of time.
        String job =
                job("named", "STREAMING", "\"shop.named\"", evolving)
                        .replace("checkpoint.interval = 40", "checkpoint.interval = 600000");
        try (var world = new World(folder)) {
            assertThat(world.run(job("named", "BATCH", "\"shop.named\"", evolving)).message())
                    .isEqualTo("finished");
            PipelineRun run =
                    world.pipelines.start(world.job(job), Map.of(), RunOptions.DEFAULT, line -> {});
            Await.until("reading", () -> run.progress().message().startsWith("reading"));
            sql("INSERT INTO named VALUES (2, 2, 'y')");
            sql("ALTER TABLE named CHANGE COLUMN A aa bigint COMMENT 'change id n int', ADD d int");
            sql("INSERT INTO named VALUES (3, 3000000000, 'z', 3)");
            sql("ALTER TABLE named CHANGE `b c` `B.C` varchar(20)");
            sql("UPDATE named SET d = 1 WHERE id = 1");
            Await.until("all rows", () -> run.progress().rows() == 4);
            run.cancel();
            Progress end = run.await();
            assertThat(end.state()).as(end.message()).isEqualTo(State.CANCELLED);
            assertThat(end.notes().toString())
                    .contains("Table t.named: column a is called aa now")
                    .contains("Table t.named: column b c is called B.C now")
                    .doesNotContain("is null there")
                    .doesNotContain("left out");
            assertThat(world.columns("t.named"))
                    .containsExactly("1 id int", "2 aa long", "3 B.C string", "4 d int");
            assertThat(world.byFirst("t.named").values())
                    .containsExactly("1|1|x|1", "2|2|y|null", "3|3000000000|z|3");
        }
    }

    @Test
    void aColumnThatIsRenamedWhileNobodyLooksStaysTheSame() throws Exception {
        sql(
                "CREATE TABLE unseen (id int PRIMARY KEY, a int, b varchar(9))",
                "INSERT INTO unseen VALUES (1, 1, 'x')");
        String job =
                job(
                                "unseen",
                                "BATCH",
                                "\"shop.unseen\"",
                                ", iceberg.table.schema-evolution-enabled = true")
                        // A commit whenever one may be made.
                        .replace("checkpoint.interval = 40", "tarn.checkpoint.rows = 1");
        try (var world = new World(folder)) {
            assertThat(world.run(job).message()).isEqualTo("finished");
            sql("INSERT INTO unseen VALUES (2, 2, 'y')");
            sql("ALTER TABLE unseen CHANGE a c int");
            sql("INSERT INTO unseen VALUES (3, 3, 'z')");
            sql("ALTER TABLE unseen CHANGE c e bigint, CHANGE b f varchar(9)");
            sql("INSERT INTO unseen VALUES (4, 4, 'w')");

            Progress end = world.run(job);

            assertThat(end.message()).isEqualTo("finished");
            assertThat(world.columns("t.unseen"))
                    .containsExactly("1 id int", "2 e long", "3 f string");
            assertThat(world.byFirst("t.unseen").values())
                    .containsExactly("1|1|x", "2|2|y", "3|3|z", "4|4|w");
        }
    }

    @Test
    void aTableThatIsEmptiedIsEmptied() throws Exception {
        sql(
                "CREATE TABLE emptied (id int PRIMARY KEY, n int)",
                "CREATE TABLE full (id int PRIMARY KEY)",
                "CREATE DATABASE IF NOT EXISTS besides",
                "CREATE TABLE besides.emptied (id int)",
                "INSERT INTO emptied VALUES (1, 1), (2, 1)",
                "INSERT INTO full VALUES (1)");
        String tables = "\"shop.emptied\", \"shop.full\"";
        String job = job("emptied", "BATCH", tables, "");
        String kept =
                job("kept", "BATCH", tables, "")
                        .replace("namespace = t", "namespace = kept")
                        .replace(
                                "sink {",
                                "transform { FilterRowKind { exclude_kinds = [DELETE] } }\nsink {");
        String added =
                job("added", "BATCH", tables, "")
                        .replace("namespace = t", "namespace = added")
                        .replace("iceberg.table.upsert-mode-enabled = true", "");
        try (var world = new World(folder)) {
            for (String each : List.of(job, kept, added)) {
                assertThat(world.run(each).message()).isEqualTo("finished");
            }
            sql("INSERT INTO emptied VALUES (3, 1)", "INSERT INTO full VALUES (2)");
            sql("TRUNCATE TABLE besides.emptied");
            sql("TRUNCATE TABLE emptied");
            sql("INSERT INTO emptied VALUES (2, 2), (4, 2)");
            assertThat(world.run(job).notes())
                    .containsExactly("Table t.emptied was emptied: shop.emptied was truncated");
            assertThat(world.byFirst("t.emptied").values()).containsExactly("2|2", "4|2");
            assertThat(world.byFirst("t.full")).containsOnlyKeys("1", "2");
            assertThat(world.run(kept).message()).isEqualTo("finished");
            assertThat(world.byFirst("kept.emptied").values())
                    .containsExactly("1|1", "2|2", "3|1", "4|2");
            assertThat(world.run(added).message())
                    .contains("Table shop.emptied was truncated")
                    .contains("added.emptied cannot follow: it takes appended rows only");

            sql("INSERT INTO emptied VALUES (5, 3)");
            sql("DROP TABLE emptied");
            sql("CREATE TABLE emptied (id int PRIMARY KEY, n int)");
            sql("INSERT INTO emptied VALUES (6, 4)");
            assertThat(world.run(job).message()).isEqualTo("finished");
            assertThat(world.byFirst("t.emptied").values()).containsExactly("6|4");
            sql("TRUNCATE TABLE emptied");
            assertThat(world.run(job).message()).isEqualTo("finished");
            assertThat(world.rows("t.emptied")).isEmpty();
            assertThat(world.run(job).rows()).isZero();
        }
    }

    @Test
    void aPartitionThatIsEmptiedEndsTheRunWithTheReason() throws Exception {
        sql(
                "CREATE TABLE parts_of (id int PRIMARY KEY) PARTITION BY RANGE (id) (PARTITION low"
                        + " VALUES LESS THAN (10), PARTITION high VALUES LESS THAN MAXVALUE)",
                "INSERT INTO parts_of VALUES (1), (11)");
        String job = job("parts_of", "BATCH", "\"shop.parts_of\"", "");
        try (var world = new World(folder)) {
            assertThat(world.run(job).message()).isEqualTo("finished");
            sql("ALTER TABLE parts_of TRUNCATE PARTITION low");
            assertThat(world.run(job).message())
                    .contains("Table shop.parts_of lost or got rows that the log does not have")
                    .contains("TRUNCATE PARTITION low");
        }
    }

    @Test
    void anXaTransactionIsReadWhenItIsDecided() throws Exception {
        sql(
                "CREATE TABLE decided (id int PRIMARY KEY, n int)",
                "CREATE TABLE elsewhere (id int PRIMARY KEY)");
        String job = job("decided", "BATCH", "\"shop.decided\"", "");
        try (var world = new World(folder);
                Connection first = connect();
                Connection second = connect();
                Connection third = connect()) {
            prepare(first, "before", "INSERT INTO decided VALUES (0, 0)");
            assertThat(world.run(job).message()).isEqualTo("finished");
            sql("INSERT INTO decided VALUES (1, 1)");
            Sql.run(first, "XA ROLLBACK 'before'");
            prepare(
                    first,
                    "kept', 'b",
                    "INSERT INTO decided VALUES (2, 2)",
                    "UPDATE decided SET n = 10 WHERE id = 1",
                    "INSERT INTO elsewhere VALUES (1)");
            prepare(second, "taken back", "INSERT INTO decided VALUES (3, 3)");
            prepare(third, "other", "INSERT INTO elsewhere VALUES (2)");
            sql("INSERT INTO decided VALUES (4, 4)");
            if (!mariaDb()) {
                assertThat(world.run(job).message()).isEqualTo("finished");
                assertThat(world.byFirst("t.decided").values())
                        .containsExactlyInAnyOrder("1|1", "4|4");
            }
            Sql.run(first, "XA COMMIT 'kept', 'b'");
            Sql.run(second, "XA ROLLBACK 'taken back'");
            Sql.run(third, "XA COMMIT 'other'");
            begin(first, "at once", "INSERT INTO decided VALUES (5, 5)");
            Sql.run(first, "XA COMMIT 'at once' ONE PHASE");
            assertThat(world.run(job).message()).isEqualTo("finished");
            assertThat(world.byFirst("t.decided").values())
                    .containsExactlyInAnyOrder("1|10", "2|2", "4|4", "5|5");
            assertThat(world.run(job).rows()).isZero();
        }
    }

    @Test
    void anXaTransactionOfBeforeTheFirstRowsEndsTheRunWithTheReason() throws Exception {
        sql("CREATE TABLE late (id int PRIMARY KEY)");
        String job = job("late", "BATCH", "\"shop.late\"", "");
        try (var world = new World(folder);
                Connection connection = connect()) {
            prepare(connection, "late", "INSERT INTO late VALUES (1)");
            assertThat(world.run(job).message()).isEqualTo("finished");
            Sql.run(connection, "XA COMMIT 'late'");
            Progress lost = world.run(job);
            if (logsXa()) {
                assertThat(lost.message())
                        .contains("XA transaction X'6c617465',X'',1, which was prepared before")
                        .contains("--again");
                assertThat(world.run(job, RunOptions.AGAIN).message()).isEqualTo("finished");
            }
            assertThat(world.byFirst("t.late")).containsOnlyKeys("1");
        }
    }

    /// Whether the log has an XA transaction when it is prepared.
    boolean logsXa() {
        return true;
    }

    private static void begin(Connection connection, String name, String... statements)
            throws SQLException {
        Sql.run(connection, "XA START '%s'".formatted(name));
        for (String statement : statements) {
            Sql.run(connection, statement);
        }
        Sql.run(connection, "XA END '%s'".formatted(name));
    }

    private static void prepare(Connection connection, String name, String... statements)
            throws SQLException {
        begin(connection, name, statements);
        Sql.run(connection, "XA PREPARE '%s'".formatted(name));
    }

    @Test
    void theExampleRuns() throws Exception {
        sql(
                "CREATE TABLE example (id int PRIMARY KEY, name text)",
                "INSERT INTO example VALUES (1, 'Ann'), (2, 'Bob')");
        Path repository = Path.of("").toAbsolutePath().getParent();
        String name = "examples/jobs/mysql-to-iceberg.conf";
        var job = new JobSource(Files.readString(repository.resolve(name)), name, repository);
        Map<String, String> variables =
                Map.of(
                        "server", "127.0.0.1:" + port(),
                        "user", "root",
                        "password", "",
                        "table", "shop.example");
        try (var world = new World(folder)) {
            PipelineRun run = world.pipelines.start(job, variables, RunOptions.DEFAULT, line -> {});
            await(run, 2);
            sql(
                    "UPDATE example SET name = 'Anna' WHERE id = 1",
                    "DELETE FROM example WHERE id = 2");
            await(run, 5);
            run.cancel();
            assertThat(run.await().state()).isEqualTo(State.CANCELLED);
            assertThat(world.byFirst("shop.example").values()).containsExactly("1|Anna");
        }
    }

    @Test
    void whatWaitsIsCommittedPieceByPiece() throws Exception {
        sql("CREATE TABLE backlog (id int PRIMARY KEY)");
        String job =
                job("backlog", "BATCH", "\"shop.backlog\"", "")
                        .replace(
                                "checkpoint.interval = 40",
                                "checkpoint.interval = 600000, tarn.checkpoint.rows = 300");
        try (var world = new World(folder)) {
            assertThat(world.run(job).message()).isEqualTo("finished");
            try (Connection connection = connect();
                    Statement statement = connection.createStatement()) {
                for (int i = 0; i < 900; i += 3) {
                    statement.execute(
                            "INSERT INTO backlog VALUES (%s), (%s), (%s)"
                                    .formatted(i, i + 1, i + 2));
                }
            }
            Progress end = world.run(job);
            assertThat(end.rows()).as(end.message()).isEqualTo(900);
            assertThat(end.snapshots()).isEqualTo(3);
        }
    }

    @Test
    void aFewKills() throws Exception {
        kill(KILLS_SHORT);
    }

    @Test
    @Tag("slow")
    void manyKills() throws Exception {
        kill(KILLS);
    }

    @Override
    public FirstRows firstRows(String schema) throws Exception {
        return firstRows(schema, job -> job);
    }

    /// @param job made another
    FirstRows firstRows(String schema, UnaryOperator<String> job) throws Exception {
        String name = schema.toLowerCase(Locale.ROOT);
        sql("CREATE DATABASE " + name);
        var rows =
                new FirstRows(
                        name,
                        this::sql,
                        this::lines,
                        (pipeline, mode) ->
                                job.apply(
                                        job(
                                                pipeline,
                                                mode,
                                                "\"%s.big\", \"%s.pair\"".formatted(name, name),
                                                "")),
                        _ -> "SELECT 1",
                        world -> world);
        rows.make();
        return rows;
    }

    /// Now and then as an XA transaction, prepared for a moment or not decided before others.
    private void sqlOfAnyManner(String... statements) throws SQLException {
        transactions++;
        if (statements.length == 1 || transactions % 4 != 0) {
            sql(statements);
            return;
        }
        String name = "t" + transactions;
        try (Connection connection = connect()) {
            prepare(connection, name, statements);
            if (transactions % 3 == 0) {
                Sql.run(connection, "XA ROLLBACK '%s'".formatted(name));
                return;
            }
            if (transactions % 5 == 0) {
                sql("INSERT INTO beside VALUES (%s)".formatted(transactions));
                LockSupport.parkNanos(PREPARED_NANOS);
            }
            Sql.run(connection, "XA COMMIT '%s'".formatted(name));
        }
    }

    private void kill(int kills) throws Exception {
        String name = "kills_" + kills;
        sql(
                "CREATE DATABASE " + name,
                "CREATE TABLE IF NOT EXISTS beside (id int)",
                "CREATE TABLE %s.account (id int PRIMARY KEY, amount bigint NOT NULL)"
                        .formatted(name),
                "CREATE TABLE %s.transfer (id bigint PRIMARY KEY AUTO_INCREMENT, source int, target int, amount bigint)"
                        .formatted(name));
        for (int i = 1; i <= 200; i++) {
            sql("INSERT INTO %s.account VALUES (%s, 1000)".formatted(name, i));
        }
        new KillLoop(
                        Files.createDirectories(folder.resolve("home")),
                        new Transfers(
                                name,
                                "CHANGE %s %s int",
                                this::sqlOfAnyManner,
                                this::lines,
                                mode ->
                                        job(
                                                name,
                                                mode,
                                                "\"%s.account\", \"%s.transfer\""
                                                        .formatted(name, name),
                                                ""),
                                world -> world),
                        20_261_126)
                .run(kills);
    }
}
