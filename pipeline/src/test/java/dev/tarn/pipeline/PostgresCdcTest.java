package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tarn.catalog.table.PendingCommit;
import dev.tarn.pipeline.Progress.State;
import dev.tarn.pipeline.job.JobSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.rest.ReferenceCatalog;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Changes of a real PostgreSQL.
@SuppressWarnings("NullAway.Init") // before the tests
class PostgresCdcTest {
    private static final int KILLS_SHORT = 6;
    private static final int KILLS = 200;
    private static final int DIFFERENCES = 40;

    private static PostgresServer postgres;

    @TempDir Path folder;

    @BeforeAll
    static void start() throws Exception {
        postgres = PostgresServer.logical();
    }

    @AfterAll
    static void stop() throws IOException {
        postgres.close();
    }

    static void sql(String... statements) throws SQLException {
        postgres.sql(statements);
    }

    static String text(String sql) throws SQLException {
        List<String> lines = lines(sql);
        return lines.isEmpty() ? "none" : lines.getFirst();
    }

    /// The first column.
    static List<String> lines(String sql) throws SQLException {
        return postgres.lines(sql);
    }

    private static String job(String name, String mode, String tables, String options) {
        return """
        env { job.name = %s, job.mode = %s, checkpoint.interval = 40 }
        source { Postgres-CDC { base-url = "jdbc:postgresql://127.0.0.1:%s/postgres"
          username = postgres, password = postgres, table-names = [%s] %s } }
        sink { Iceberg { namespace = t, table = "${table_name}", iceberg.table.upsert-mode-enabled = true } }
        """
                .formatted(name, mode, postgres.port(), tables, options);
    }

    @Test
    void rowsAreReadOnceAndThenFollowed() throws Exception {
        sql(
                "CREATE TABLE item (id int PRIMARY KEY, name text NOT NULL, price numeric(8,2))",
                "CREATE TABLE stock (place text, item int, count bigint, PRIMARY KEY (place,"
                        + " item))",
                "INSERT INTO item SELECT i, 'item ' || i, i / 4.0 FROM generate_series(1, 3000) i",
                "INSERT INTO stock VALUES ('a', 1, 5), ('b', 2, null)");
        String job =
                job("follow", "BATCH", "\"postgres.public.item\", \"postgres.public.stock\"", "");
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
            assertThat(next.rows()).isBetween(15L, 18L);
            assertThat(world.byFirst("t.item"))
                    .hasSize(2990)
                    .containsEntry("7", "7|changed|1.75")
                    .containsEntry("9007", "9007|item 8|2.00")
                    .doesNotContainKeys("8", "2991", "3000");
            assertThat(world.byFirst("t.stock").values())
                    .containsExactlyInAnyOrder("a|1|6", "c|3|3");

            // The server may forget the log up to here, and no further.
            Progress nothing = world.run(job);
            assertThat(nothing.rows()).isZero();
            assertThat(
                            text(
                                    "SELECT pg_current_wal_lsn() - confirmed_flush_lsn < 100000"
                                            + " FROM pg_replication_slots WHERE slot_name ="
                                            + " 'tarn_follow'"))
                    .isEqualTo("t");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void aTableThatIsTruncatedIsEmptied(int formatVersion) throws Exception {
        String name = "emptied" + formatVersion;
        sql(
                "CREATE TABLE %s (id int PRIMARY KEY, n int)".formatted(name),
                "CREATE TABLE %s_too (id int PRIMARY KEY REFERENCES %s)".formatted(name, name),
                "CREATE TABLE %s_full (id int PRIMARY KEY)".formatted(name),
                "INSERT INTO %s SELECT i, 1 FROM generate_series(1, 20000) i".formatted(name),
                "INSERT INTO %s_too VALUES (1)".formatted(name),
                "INSERT INTO %s_full VALUES (1)".formatted(name));
        String job =
                job(
                                name,
                                "BATCH",
                                "\"postgres.public.%s\", \"postgres.public.%s_too\", \"postgres.public.%s_full\""
                                        .formatted(name, name, name),
                                "")
                        .replace(
                                "enabled = true",
                                "enabled = true, iceberg.table.auto-create-props = { format-version = %s }"
                                        .formatted(formatVersion));
        try (var world = new World(folder)) {
            assertThat(world.run(job).message()).isEqualTo("finished");
            assertThat(world.rows("t." + name)).hasSize(20_000);
            // In one transaction, amid rows; another is taken back.
            sql(
                    "INSERT INTO %s VALUES (20001, 1)".formatted(name),
                    "TRUNCATE %s CASCADE".formatted(name),
                    "INSERT INTO %s VALUES (3, 2), (20002, 2)".formatted(name),
                    "SAVEPOINT a",
                    "TRUNCATE %s, %s_full CASCADE".formatted(name, name),
                    "ROLLBACK TO a",
                    "INSERT INTO %s_full VALUES (2)".formatted(name),
                    "UPDATE %s SET n = 3 WHERE id = 3".formatted(name));
            assertThat(world.run(job).message()).isEqualTo("finished");
            assertThat(world.byFirst("t." + name).values())
                    .containsExactlyInAnyOrder("3|3", "20002|2");
            assertThat(world.rows("t." + name + "_too")).isEmpty();
            assertThat(world.byFirst("t." + name + "_full")).containsOnlyKeys("1", "2");
            sql("INSERT INTO %s VALUES (1, 4)".formatted(name));
            sql("TRUNCATE %s CASCADE".formatted(name));
            sql("INSERT INTO %s VALUES (1, 5)".formatted(name));
            sql("TRUNCATE %s CASCADE".formatted(name));
            assertThat(world.run(job).message()).isEqualTo("finished");
            assertThat(world.rows("t." + name)).isEmpty();
            assertThat(world.run(job).rows()).isZero();
        }
    }

    @Test
    void whatWaitsIsCommittedPieceByPiece() throws Exception {
        sql("CREATE TABLE backlog (id int PRIMARY KEY, n int)");
        String job =
                job("backlog", "BATCH", "\"postgres.public.backlog\"", "")
                        .replace(
                                "checkpoint.interval = 40",
                                "checkpoint.interval = 600000, tarn.checkpoint.rows = 1000");
        try (var world = new World(folder)) {
            assertThat(world.run(job).message()).isEqualTo("finished");
            try (Connection connection = postgres.connect();
                    Statement statement = connection.createStatement()) {
                statement.execute(
                        """
                        DO $$ BEGIN
                          FOR i IN 1..3000 LOOP
                            INSERT INTO backlog SELECT i * 3 + j, i FROM generate_series(0, 2) j;
                            COMMIT;
                          END LOOP;
                        END $$\
                        """);
            }
            Progress end = world.run(job);
            assertThat(end.rows()).isEqualTo(9_000);
            // Each as soon as it is due, at the next end of a transaction.
            assertThat(end.snapshots()).isEqualTo(9);
            assertThat(world.rows("t.backlog")).hasSize(9_000);
        }
    }

    @Test
    void debeziumTellsTheSameChanges() throws Exception {
        new Differential(new PostgresChanges(postgres), 1).run(folder);
    }

    @Test
    @Tag("slow")
    void debeziumTellsTheSameChangesManyTimes() throws Exception {
        for (int seed = 2; seed <= DIFFERENCES; seed++) {
            new Differential(new PostgresChanges(postgres), seed)
                    .run(Files.createDirectory(folder.resolve("seed" + seed)));
        }
    }

    /// The slot has let go of what is in the tables.
    @Test
    void itDoesNotGoBehindWhatTheServerHas() throws Exception {
        sql("CREATE TABLE back (id int PRIMARY KEY)", "INSERT INTO back VALUES (1)");
        String job = job("back", "BATCH", "\"postgres.public.back\"", "");
        try (var world = new World(folder)) {
            world.run(job);
            sql("INSERT INTO back VALUES (2)");
            world.run(job);
            List<PastCommit> past = world.pipelines.past("back", 10);
            long newest = past.getFirst().number();
            assertThat(past.getFirst().moved().getFirst().place()).matches("[0-9A-F]+/[0-9A-F]+");
            sql("INSERT INTO back VALUES (3)");
            world.run(job);
            Progress back = world.run(job, RunOptions.from(newest));
            assertThat(back.state()).isEqualTo(State.FAILED);
            assertThat(back.message()).contains("Replication slot tarn_back stands at");
            // And forward again.
            long ahead = world.pipelines.past("back", 2).getLast().number();
            sql("INSERT INTO back VALUES (4)");
            assertThat(world.run(job, RunOptions.from(ahead)).message()).isEqualTo("finished");
            assertThat(world.byFirst("t.back")).containsOnlyKeys("1", "2", "3", "4");
        }
    }

    @Test
    void everyTypeIsTheSameFromTheTableAndFromTheLog() throws Exception {
        sql(
                "CREATE DOMAIN amount AS numeric(10,3)",
                """
                CREATE TABLE kinds (id int PRIMARY KEY, b bool, s smallint, l bigint, f real, d double precision,
                  n numeric(20,4), m numeric, t text, c char(5), y bytea, da date, ti time(6), ts timestamp, tz timestamptz,
                  u uuid, j jsonb, a int[], w text[], i interval, o amount, g int GENERATED ALWAYS AS (id + 1) STORED)\
                """,
                "ALTER TABLE kinds REPLICA IDENTITY FULL");
        String[] values = {
            "true, -3, 9223372036854775807, 1.5, 1e300, 12345678901234.5678, 0.000000000000000001,"
                + " E'tab\\t new\\n"
                + " back\\\\slash \u00e4\u20ac', 'ab', '\\x00ff5c', '1969-12-31',"
                + " '23:59:59.999999', '2024-02-29 12:34:56.789', '2024-02-29 12:34:56.789+02',"
                + " '00112233-4455-6677-8899-aabbccddeeff', '{\"a\": [1, \"\\\\\"]}',"
                + " '{1,null,-3}', ARRAY['a,b', 'q\"\\', null, 'NULL', ''], '1 day 02:03', 7.125",
            "false, 0, -9223372036854775808, 'NaN', '-Infinity', 0, -1, '', '', '', '0001-01-01',"
                    + " '00:00', '9999-12-31 23:59:59', '1970-01-01 00:00+00', null, 'null', '{}',"
                    + " '{}', '-1 mon', -0.001",
            "null, null, null, null, null, null, null, null, null, null, null, null, null, null,"
                    + " null, null, null, null, null, null"
        };
        for (int i = 0; i < values.length; i++) {
            sql("INSERT INTO kinds VALUES (%s, %s)".formatted(i, values[i]));
        }
        String job = job("kinds", "BATCH", "\"postgres.public.kinds\"", "");
        try (var world = new World(folder)) {
            assertThat(world.run(job).message()).isEqualTo("finished");
            assertThat(world.table("t.kinds").schema().findField("g")).isNull();
            sql(
                    "INSERT INTO kinds SELECT id + 10, b, s, l, f, d, n, m, t, c, y, da, ti, ts,"
                            + " tz, u, j, a, w, i, o FROM kinds");
            assertThat(world.run(job).message()).isEqualTo("finished");
            Map<String, String> found = new HashMap<>();
            for (Record row : world.rows("t.kinds")) {
                var text = new StringBuilder();
                for (int i = 1; i < world.table("t.kinds").schema().columns().size(); i++) {
                    text.append('|').append(row.get(i));
                }
                found.put(
                        String.valueOf(row.get(0)),
                        text.toString().replaceAll("java.nio.HeapByteBuffer", ""));
            }
            assertThat(found).hasSize(6);
            for (int i = 0; i < values.length; i++) {
                assertThat(found.get(Integer.toString(i + 10)))
                        .isEqualTo(found.get(Integer.toString(i)));
            }
            assertThat(found.get("0"))
                    .isEqualTo(
                            "|true|-3|9223372036854775807|1.5|1.0E300|12345678901234.5678|1E-18|tab"
                                + "\t new\n"
                                + " back\\slash \u00e4\u20ac|ab   |[pos=0 lim=3"
                                + " cap=3]|1969-12-31|23:59:59.999999|2024-02-29T12:34:56.789|2024-02-29T10:34:56.789Z|00112233-4455-6677-8899-aabbccddeeff|{\"a\":"
                                + " [1, \"\\\\\"]}|[1, null, -3]|[a,b, q\"\\, null, NULL,"
                                + " ]|P1DT2H3M|7.125");
        }
    }

    @Test
    void whatIsLostEndsTheRunWithTheReason() throws Exception {
        sql("CREATE TABLE lost (id int PRIMARY KEY, t text)", "INSERT INTO lost VALUES (1, 'a')");
        String tables = "\"postgres.public.lost\"";
        try (var world = new World(folder)) {
            String job = job("lost", "BATCH", tables, "");
            assertThat(world.run(job).message()).isEqualTo("finished");

            // Moved on by somebody else.
            sql("INSERT INTO lost VALUES (2, 'b')");
            text("SELECT pg_replication_slot_advance('tarn_lost', pg_current_wal_lsn())");
            Progress moved = world.run(job);
            assertThat(moved.state()).isEqualTo(State.FAILED);
            assertThat(moved.message())
                    .contains("Replication slot tarn_lost stands at")
                    .contains("--again");

            // Dropped.
            text("SELECT pg_drop_replication_slot('tarn_lost')");
            Progress gone = world.run(job);
            assertThat(gone.state()).isEqualTo(State.FAILED);
            assertThat(gone.message()).contains("Replication slot tarn_lost is gone");
            assertThat(world.rows("t.lost")).hasSize(1);

            // With --again all rows come, and the log from there.
            assertThat(world.run(job, RunOptions.AGAIN).message()).isEqualTo("finished");
            assertThat(world.byFirst("t.lost")).containsOnlyKeys("1", "2");

            // Other tables need other rows.
            sql("CREATE TABLE other (id int PRIMARY KEY)");
            Progress other =
                    world.run(job("lost", "BATCH", tables + ", \"postgres.public.other\"", ""));
            assertThat(other.message()).isEqualTo("finished");
            assertThat(other.notes()).anyMatch(note -> note.contains("are read anew"));

            // A slot that somebody made.
            text("SELECT pg_create_logical_replication_slot('theirs', 'pgoutput')");
            Progress theirs = world.run(job("mine", "BATCH", tables, ", slot.name = theirs"));
            assertThat(theirs.message()).contains("Replication slot theirs exists");
            text("SELECT pg_drop_replication_slot('theirs')");
        }
    }

    @Test
    void longValuesThatDidNotChangeAreNotLost() throws Exception {
        sql(
                "CREATE TABLE long (id int PRIMARY KEY, n int, t text)",
                "ALTER TABLE long ALTER t SET STORAGE EXTERNAL",
                "INSERT INTO long VALUES (1, 1, repeat('x', 100000))");
        String job = job("long", "BATCH", "\"postgres.public.long\"", "");
        try (var world = new World(folder)) {
            assertThat(world.run(job).message()).isEqualTo("finished");
            sql("UPDATE long SET n = 2");
            assertThat(world.run(job).message())
                    .contains("column t of table public.long")
                    .contains("REPLICA IDENTITY FULL");
            sql("ALTER TABLE long REPLICA IDENTITY FULL");
            assertThat(world.run(job, RunOptions.AGAIN).message()).isEqualTo("finished");
            sql("UPDATE long SET n = 3");
            assertThat(world.run(job).message()).isEqualTo("finished");
            Record row = world.rows("t.long").getFirst();
            assertThat(row.getField("n")).isEqualTo(3);
            assertThat((String) row.getField("t")).hasSize(100_000);
        }
    }

    @Test
    void aTableThatChangesIsFollowed() throws Exception {
        sql(
                "CREATE TABLE grow (id int PRIMARY KEY, n int NOT NULL, gone text NOT NULL)",
                "INSERT INTO grow VALUES (1, 1, 'a')");
        String job =
                job("grow", "STREAMING", "\"postgres.public.grow\"", "")
                        .replace(
                                "iceberg.table.upsert-mode-enabled = true",
                                "iceberg.table.upsert-mode-enabled = true,"
                                        + " iceberg.table.schema-evolution-enabled = true");
        try (var world = new World(folder)) {
            PipelineRun run =
                    world.pipelines.start(world.job(job), Map.of(), RunOptions.DEFAULT, line -> {});
            await(run, 1);
            // Rows on both sides of the change, in one transaction.
            sql(
                    "INSERT INTO grow VALUES (2, 2, 'b')",
                    "ALTER TABLE grow ADD more numeric(6,2), DROP gone, ALTER n TYPE bigint",
                    "INSERT INTO grow VALUES (3, 3000000000, 1.25)",
                    "UPDATE grow SET more = 2.5 WHERE id = 1");
            await(run, 4);
            sql("ALTER TABLE grow ALTER more TYPE numeric(10,2)");
            sql("INSERT INTO grow VALUES (4, 4, 12345678.25)");
            await(run, 5);
            run.cancel();
            Progress end = run.await();
            assertThat(end.state()).isEqualTo(State.CANCELLED);
            assertThat(world.byFirst("t.grow").values())
                    .containsExactly(
                            "1|1|null|2.50",
                            "2|2|null|null",
                            "3|3000000000|null|1.25",
                            "4|4|null|12345678.25");
            assertThat(end.notes())
                    .anyMatch(note -> note.equals("Table t.grow: added column more decimal(6, 2)"))
                    .anyMatch(note -> note.contains("column n is long now, it was int"))
                    .anyMatch(note -> note.contains("column gone may be null now"))
                    .anyMatch(note -> note.contains("had a column gone, which is there no more"));
        }
    }

    private static String evolving(String name, String mode) {
        return job(name, mode, "\"postgres.public.%s\"".formatted(name), "")
                .replace(
                        "upsert-mode-enabled = true",
                        "upsert-mode-enabled = true, iceberg.table.schema-evolution-enabled ="
                                + " true");
    }

    @Test
    void aRenamedColumnStaysTheSame() throws Exception {
        sql(
                "CREATE TABLE named (id int PRIMARY KEY, a int, \"b c\" text, gone int)",
                "INSERT INTO named VALUES (1, 1, 'x', 1)");
        // Nothing is committed for the sake of time.
        String job =
                evolving("named", "STREAMING")
                        .replace("checkpoint.interval = 40", "checkpoint.interval = 600000");
        try (var world = new World(folder)) {
            assertThat(world.run(evolving("named", "BATCH")).message()).isEqualTo("finished");
            PipelineRun run =
                    world.pipelines.start(world.job(job), Map.of(), RunOptions.DEFAULT, line -> {});
            Await.until("reading", () -> run.progress().message().startsWith("reading"));
            sql("INSERT INTO named VALUES (2, 2, 'y', 2)");
            sql(
                    "ALTER TABLE named RENAME a TO aa",
                    "ALTER TABLE named ALTER aa TYPE bigint, ADD d int, DROP gone",
                    "INSERT INTO named VALUES (3, 3000000000, 'z', 3)");
            Await.until("the first change", () -> run.progress().rowsCommitted() == 1);
            sql("ALTER TABLE named RENAME \"b c\" TO \"B.C\"");
            sql("UPDATE named SET d = 1 WHERE id = 1");
            Await.until("all rows", () -> run.progress().rows() == 3);
            run.cancel();
            Progress end = run.await();
            assertThat(end.state()).as(end.message()).isEqualTo(State.CANCELLED);
            assertThat(end.notes().toString())
                    .contains("Table t.named: column a is called aa now")
                    .contains("Table t.named: column b c is called B.C now")
                    .doesNotContain("is null there")
                    .doesNotContain("left out");
            assertThat(world.columns("t.named"))
                    .containsExactly(
                            "1 id int", "2 aa long", "3 B.C string", "4 gone int", "5 d int");
            assertThat(world.byFirst("t.named").values())
                    .containsExactly("1|1|x|null|1", "2|2|y|2|null", "3|3000000000|z|null|3");
        }
    }

    /// The log has rows with names of columns that are there no more.
    @Test
    void aColumnThatIsRenamedWhileNobodyLooksStaysTheSame() throws Exception {
        sql(
                "CREATE TABLE unseen (id int PRIMARY KEY, a int, b text)",
                "INSERT INTO unseen VALUES (1, 1, 'x')");
        // A commit whenever one may be made.
        String job =
                evolving("unseen", "BATCH")
                        .replace("checkpoint.interval = 40", "tarn.checkpoint.rows = 1");
        try (var world = new World(folder)) {
            assertThat(world.run(job).message()).isEqualTo("finished");
            sql("INSERT INTO unseen VALUES (2, 2, 'y')");
            sql("ALTER TABLE unseen RENAME a TO c");
            sql("INSERT INTO unseen VALUES (3, 3, 'z')");
            sql("ALTER TABLE unseen ALTER c TYPE bigint");
            sql("ALTER TABLE unseen RENAME c TO e");
            sql("ALTER TABLE unseen RENAME b TO f");
            sql("INSERT INTO unseen VALUES (4, 4, 'w')");

            JobCheck check = world.pipelines.check(world.job(job), Map.of());
            assertThat(check.problems()).isEmpty();
            assertThat(check.tables().getFirst().action())
                    .contains("; column a is called e now", "; column e is long now, it was int")
                    .contains("; column b is called f now")
                    .doesNotContain("added");
            assertThat(world.columns("t.unseen")).contains("2 a int");

            Progress end = world.run(job);

            assertThat(end.message()).isEqualTo("finished");
            assertThat(world.columns("t.unseen"))
                    .containsExactly("1 id int", "2 e long", "3 f string");
            assertThat(world.byFirst("t.unseen").values())
                    .containsExactly("1|1|x", "2|2|y", "3|3|z", "4|4|w");

            sql("ALTER TABLE unseen RENAME e TO g", "ALTER TABLE unseen RENAME f TO e");
            assertThat(world.pipelines.check(world.job(job), Map.of()).problems())
                    .first()
                    .asString()
                    .contains("names that change places are not followed");
            assertThat(world.run(job).message())
                    .contains("has a column e that was called otherwise")
                    .contains("names that change places are not followed");
        }
    }

    @Test
    void anotherTableOfTheSameNameHasOtherColumns() throws Exception {
        sql("CREATE TABLE twin (id int PRIMARY KEY, a int)", "INSERT INTO twin VALUES (1, 1)");
        String job = evolving("twin", "BATCH");
        try (var world = new World(folder)) {
            assertThat(world.run(job).message()).isEqualTo("finished");
            sql(
                    "DROP TABLE twin",
                    "CREATE TABLE twin (id int PRIMARY KEY, b int)",
                    "INSERT INTO twin VALUES (2, 2)");
            assertThat(world.run(job, RunOptions.AGAIN).message()).isEqualTo("finished");
            assertThat(world.columns("t.twin")).containsExactly("1 id int", "2 a int", "3 b int");
            assertThat(world.byFirst("t.twin").values()).containsExactly("1|1|null", "2|null|2");
        }
    }

    @Test
    void columnsChangeInTheCommitOfTheFirstRowsThatHaveThem() throws Exception {
        sql("CREATE TABLE atonce (id int PRIMARY KEY)", "INSERT INTO atonce VALUES (1)");
        String job = evolving("atonce", "BATCH");
        try (var world = new World(folder)) {
            assertThat(world.run(job).message()).isEqualTo("finished");
            sql("ALTER TABLE atonce ADD n int, ADD m text");
            assertThat(world.run(job).message()).isEqualTo("finished");
            assertThat(world.columns("t.atonce")).containsExactly("1 id int");
            int before = metadataFiles(world, "t.atonce");
            sql("INSERT INTO atonce VALUES (2, 2, 'b')");
            assertThat(world.run(job).message()).isEqualTo("finished");

            assertThat(world.byFirst("t.atonce").values()).containsExactly("1|null|null", "2|2|b");
            Table table = world.table("t.atonce");
            assertThat(metadataFiles(world, "t.atonce")).isEqualTo(before + 1);
            assertThat(table.currentSnapshot().schemaId()).isEqualTo(table.schema().schemaId());
        }
    }

    private static int metadataFiles(World world, String table) {
        return ((HasTableOperations) world.table(table))
                .operations()
                .current()
                .previousFiles()
                .size();
    }

    @Test
    void aTableThatMayNotChangeEndsTheRun() throws Exception {
        sql("CREATE TABLE fixed (id int PRIMARY KEY)", "INSERT INTO fixed VALUES (1)");
        String job = job("fixed", "STREAMING", "\"postgres.public.fixed\"", "");
        try (var world = new World(folder)) {
            PipelineRun run =
                    world.pipelines.start(world.job(job), Map.of(), RunOptions.DEFAULT, line -> {});
            await(run, 1);
            sql("ALTER TABLE fixed ADD more int");
            sql("INSERT INTO fixed VALUES (2, 2)");
            Progress end = run.await();
            assertThat(end.state()).isEqualTo(State.FAILED);
            assertThat(end.message()).contains("table t.fixed has no column more");
            assertThat(world.byFirst("t.fixed")).containsOnlyKeys("1");
        }
    }

    @Test
    void aStreamGoesOnWhenSomebodyElseCommits() throws Exception {
        sql("CREATE TABLE shared (id int PRIMARY KEY, n int)", "INSERT INTO shared VALUES (1, 1)");
        String job = job("shared", "STREAMING", "\"postgres.public.shared\"", "");
        try (var world = new World(folder)) {
            PipelineRun run =
                    world.pipelines.start(world.job(job), Map.of(), RunOptions.DEFAULT, line -> {});
            await(run, 1);
            PendingCommit other = world.catalog.tables().begin(world.warehouse());
            other.table(TableIdentifier.of("t", "shared")).newAppend().commit();
            other.commit(tx -> {});
            sql("UPDATE shared SET n = 2");
            await(run, 2);
            run.cancel();
            assertThat(run.await().state()).isEqualTo(State.CANCELLED);
            assertThat(world.byFirst("t.shared").values()).containsExactly("1|2");
        }
    }

    @Test
    void oneOfTwoTablesBecomesAHistory() throws Exception {
        sql(
                "CREATE TABLE state (id int PRIMARY KEY, n int)",
                "CREATE TABLE trail (id int PRIMARY KEY, n int)",
                "ALTER TABLE trail REPLICA IDENTITY FULL",
                "INSERT INTO state VALUES (1, 1)",
                "INSERT INTO trail VALUES (1, 1)");
        String job =
                """
                env { job.name = history }
                source { Postgres-CDC { base-url = "jdbc:postgresql://127.0.0.1:%s/postgres", plugin_output = a
                  username = postgres, password = postgres, table-names = ["postgres.public.state", "postgres.public.trail"] } }
                transform {
                  Metadata { plugin_input = a, plugin_output = b, metadata_fields { Table = of, RowKind = kind } }
                  RowKindExtractor { plugin_input = b, plugin_output = c, table_match_regex = ".*trail", transform_type = FULL }
                  TableRename { plugin_input = c, plugin_output = d, table_match_regex = ".*trail", suffix = _history, convert_case = UPPER }
                  Filter { plugin_input = d, plugin_output = state, exclude_fields = [kind] }
                }
                sink { Iceberg { plugin_input = state, namespace = t, table = "${table_name}", iceberg.table.upsert-mode-enabled = %s } }
                """;
        String kinds = job.formatted(postgres.port(), "false");
        try (var world = new World(folder)) {
            String filtered =
                    kinds.replace(
                                    "Filter {",
                                    "FilterRowKind { plugin_input = d, plugin_output = e,"
                                            + " table_match_regex = \".*state\", include_kinds ="
                                            + " [INSERT] }\n"
                                            + " Filter {")
                            .replace(
                                    "plugin_input = d, plugin_output = state",
                                    "plugin_input = e, plugin_output = state");
            assertThat(world.run(filtered).message()).isEqualTo("finished");
            sql("UPDATE state SET n = 2", "UPDATE trail SET n = 2", "DELETE FROM trail");
            assertThat(world.run(filtered).message()).isEqualTo("finished");
            assertThat(world.byFirst("t.state").values()).containsExactly("1|1|state");
            assertThat(world.table("t.TRAIL_history").schema().identifierFieldIds()).isEmpty();
            List<String> history = new ArrayList<>();
            for (Record row : world.rows("t.TRAIL_history")) {
                history.add(
                        "%s|%s|%s"
                                .formatted(
                                        row.getField("n"),
                                        row.getField("of"),
                                        row.getField("row_kind")));
            }
            assertThat(history)
                    .containsExactlyInAnyOrder(
                            "1|trail|INSERT",
                            "1|trail|UPDATE_BEFORE",
                            "2|trail|UPDATE_AFTER",
                            "2|trail|DELETE");

            Throwable refused =
                    catchThrowable(() ->
                            world.run(
                                    kinds.replace("Table = of", "EventTime = of")
                                            .replace("FULL", "LONG")
                                            .replace("= \".*trail\", suffix", "= \"(\", suffix")));
            assertThat(refused)
                    .hasMessageContaining("expected Database, Table or RowKind, found 'EventTime'")
                    .hasMessageContaining("expected SHORT or FULL, found 'LONG'")
                    .hasMessageContaining("not a regular expression");
        }
    }

    @Test
    void theExampleRuns() throws Exception {
        sql(
                "CREATE TABLE example (id int PRIMARY KEY, name text)",
                "INSERT INTO example VALUES (1, 'Ann'), (2, 'Bob')");
        Path repository = Path.of("").toAbsolutePath().getParent();
        String name = "examples/jobs/postgres-cdc-to-iceberg.conf";
        var job = new JobSource(Files.readString(repository.resolve(name)), name, repository);
        Map<String, String> variables =
                Map.of(
                        "server", "127.0.0.1:" + postgres.port(),
                        "database", "postgres",
                        "user", "postgres",
                        "password", "postgres",
                        "table", "public.example",
                        "mode", "STREAMING");
        try (var world = new World(folder)) {
            PipelineRun run = world.pipelines.start(job, variables, RunOptions.DEFAULT, line -> {});
            await(run, 2);
            sql(
                    "UPDATE example SET name = 'Anna' WHERE id = 1",
                    "DELETE FROM example WHERE id = 2");
            await(run, 4);
            run.cancel();
            assertThat(run.await().state()).isEqualTo(State.CANCELLED);
            assertThat(world.byFirst("shop.example").values()).containsExactly("1|Anna");
        }
    }

    private static void await(PipelineRun run, long rowsCommitted) {
        Await.until(
                rowsCommitted + " rows committed",
                () -> {
                    assertThat(run.progress().state()).isEqualTo(State.RUNNING);
                    return run.progress().rowsCommitted() >= rowsCommitted;
                });
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

    @Test
    void aFewKillsOnTheWayToAnotherCatalog() throws Exception {
        killOnTheWayToAnotherCatalog(KILLS_SHORT);
    }

    @Test
    @Tag("slow")
    void manyKillsOnTheWayToAnotherCatalog() throws Exception {
        killOnTheWayToAnotherCatalog(KILLS);
    }

    private void killOnTheWayToAnotherCatalog(int kills) throws Exception {
        try (var other = new ReferenceCatalog(folder.resolve("other"))) {
            String config =
                    "Iceberg { iceberg.catalog.config = { uri = \"%s\" }, ".formatted(other.uri());
            kill(
                    "there_" + kills,
                    kills,
                    job -> job.replace("Iceberg { ", config),
                    world -> world.readingFrom(other::table));
        }
    }

    private void kill(int kills) throws Exception {
        kill("kills_" + kills, kills, job -> job, world -> world);
    }

    private void kill(
            String name, int kills, UnaryOperator<String> sink, UnaryOperator<World> reading)
            throws Exception {
        sql(
                "CREATE SCHEMA " + name,
                "CREATE TABLE %s.account (id int PRIMARY KEY, amount bigint NOT NULL)"
                        .formatted(name),
                "CREATE TABLE %s.transfer (id serial PRIMARY KEY, source int, target int, amount bigint)"
                        .formatted(name),
                "INSERT INTO %s.account SELECT i, 1000 FROM generate_series(1, 200) i"
                        .formatted(name));
        new KillLoop(
                        Files.createDirectories(folder.resolve("home")),
                        new Transfers(
                                name,
                                "RENAME %s TO %s",
                                PostgresCdcTest::sql,
                                query -> lines(query),
                                mode ->
                                        sink.apply(
                                                job(
                                                        name,
                                                        mode,
                                                        "\"postgres.%s.account\", \"postgres.%s.transfer\""
                                                                .formatted(name, name),
                                                        "")),
                                reading),
                        20_261_126)
                .run(kills);
    }
}
