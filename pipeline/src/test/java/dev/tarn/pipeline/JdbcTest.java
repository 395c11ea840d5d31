package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.fail;

import dev.tarn.pipeline.Progress.State;
import dev.tarn.pipeline.job.JobSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Tables of a real PostgreSQL.
@SuppressWarnings("NullAway.Init") // before the tests
class JdbcTest {
    private static final int FAULTS_MAX = 200;

    private static EmbeddedPostgres postgres;

    @TempDir Path folder;

    @BeforeAll
    static void start() throws Exception {
        postgres = EmbeddedPostgres.builder().setServerConfig("fsync", "off").start();
        sql("CREATE SCHEMA shop");
        sql(
                "CREATE TABLE shop.orders (id bigint PRIMARY KEY, item text NOT NULL, price"
                        + " numeric(12,2))");
        sql(
                "INSERT INTO shop.orders SELECT i, 'item ' || i, i / 100.0 FROM generate_series(1,"
                        + " 5000) i");
        sql("CREATE TABLE shop.\"odd \"\"name\" (\"a.b\" int, primary key (\"a.b\"))");
        sql("INSERT INTO shop.\"odd \"\"name\" VALUES (7)");
    }

    @AfterAll
    static void stop() throws IOException {
        postgres.close();
    }

    private static void sql(String sql) throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String job(String source, String sink) {
        return """
        env { job.name = jdbc, tarn.checkpoint.rows = 700 }
        source { Jdbc { url = "jdbc:postgresql://127.0.0.1:%s/postgres", user = postgres, password = postgres
          driver = "org.postgresql.Driver", %s } }
        sink { Iceberg { namespace = t, table = "${table_name}", %s } }
        """
                .formatted(postgres.getPort(), source, sink);
    }

    private static List<Long> ids(World world, String table) throws IOException {
        return world.column(table, "id").stream().map(id -> (Long) id).sorted().toList();
    }

    @Test
    void severalTablesAreReadWhole() throws Exception {
        try (var world = new World(folder)) {
            String job =
                    job(
                            """
                            table_list = [
                              { table_path = "postgres.shop.orders" }
                              { table_path = "shop.cheap", query = "SELECT id, item FROM shop.orders WHERE price < 1" }
                            ]
                            """,
                            "");
            assertThat(world.run(job).message()).isEqualTo("finished");
            assertThat(ids(world, "t.orders"))
                    .isEqualTo(LongStream.rangeClosed(1, 5_000).boxed().toList());
            assertThat(world.rows("t.cheap")).hasSize(99);
            assertThat(world.table("t.orders").schema().identifierFieldNames())
                    .containsExactly("id");
            assertThat(world.table("t.orders").schema().findField("item").isRequired()).isTrue();
            assertThat(world.table("t.orders").schema().findType("price"))
                    .isEqualTo(Types.DecimalType.of(12, 2));

            // Each run reads all; by key the table stays what the source is.
            String upsert =
                    job("table_path = \"shop.orders\"", "iceberg.table.upsert-mode-enabled = true");
            sql("UPDATE shop.orders SET item = 'changed' WHERE id = 17");
            assertThat(world.run(upsert.replace("job.name = jdbc", "job.name = again")).message())
                    .isEqualTo("finished");
            assertThat(ids(world, "t.orders"))
                    .isEqualTo(LongStream.rangeClosed(1, 5_000).boxed().toList());
            assertThat(world.column("t.orders", "item"))
                    .contains("changed")
                    .doesNotContain("item 17");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFaultAnywhereAndARestartLoseAndDoubleNothing(Breaking.Moment moment) throws Exception {
        String job =
                job(
                        """
                        table_path = "shop.orders", partition_column = id, partition_num = 7
                        partition_lower_bound = 1, partition_upper_bound = 5000
                        """,
                        "");
        // Of each two writes one breaks before and one after; ExactlyOnceTest tries both.
        for (int n = 1 + moment.ordinal(); n <= FAULTS_MAX; n += 2) {
            var breaking = new Breaking(moment);
            Path home = Files.createDirectories(folder.resolve(moment + "-" + n));
            try (var world = new World(home, breaking::rows, breaking::bytes)) {
                breaking.at(n);
                Progress first = world.run(job);
                assertThat(first.state() == State.FINISHED || breaking.broke()).isTrue();
                breaking.at(Integer.MAX_VALUE);
                if (first.state() != State.FINISHED) {
                    assertThat(world.run(job).message()).isEqualTo("finished");
                }
                assertThat(ids(world, "t.orders"))
                        .as("fault %s", n)
                        .isEqualTo(LongStream.rangeClosed(1, 5_000).boxed().toList());
            }
            if (!breaking.broke()) {
                assertThat(n).isGreaterThan(15);
                return; // n lies beyond the last write: every fault has been tried
            }
        }
        fail("a run makes more than %s writes", FAULTS_MAX);
    }

    @Test
    void everyTypeArrives() throws Exception {
        sql("CREATE TYPE mood AS ENUM ('sad', 'ok')");
        sql(
                """
                CREATE TABLE shop.types (id int PRIMARY KEY, b bool, s smallint, l bigint, f real, d double precision,
                  n numeric(20,4), m numeric, t text, c char(3), v varchar(9), y bytea, day date, at time,
                  ts timestamp, tz timestamptz, u uuid, j jsonb, i inet, e mood, li int[], lt text[], ld date[])
                """);
        sql(
                """
                INSERT INTO shop.types VALUES
                (1, true, 2, 3, 1.5, 2.5, 123456789012.3456, 1.25, 'täxt', 'ab', 'v', '\\x0102', '2001-02-03', '04:05:06.5',
                 '2001-02-03 04:05:06.123456', '2001-02-03 04:05:06+02', '6f1b6e1e-0000-4000-8000-00000000000a',
                 '{"a": 1}', '10.0.0.1', 'ok', '{1,NULL}', '{x}', '{2001-02-03}'),
                (2, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
                 null, null, null, null, null, null),
                (3, false, 1, 1, 'NaN', 'Infinity', 1, 1.1234567890123456789, '', '', '', '', '2001-02-03', '00:00',
                 '2001-02-03', '2001-02-03', null, null, null, null, null, null, null),
                (4, false, 1, 1, 1, 1, 1, 1, '', '', '', '', 'infinity', '00:00', '2001-02-03', '2001-02-03',
                 null, null, null, null, null, null, null),
                (5, false, 1, 1, 1, 1, 'NaN', 1, '', '', '', '', '2001-02-03', '00:00', '2001-02-03', '2001-02-03',
                 null, null, null, null, null, null, null)
                """);
        try (var world = new World(folder)) {
            String job =
                    job("table_path = \"shop.types\", tarn.dead_letter_table = \"t.dead\"", "");
            assertThat(world.run(job).message()).isEqualTo("finished");
            assertThat(world.rows("t.types"))
                    .hasSize(2)
                    .first()
                    .asString()
                    .contains(
                            "1, true, 2, 3, 1.5, 2.5, 123456789012.3456, 1.250000000000000000,"
                                    + " täxt, ab , v,")
                    .contains(
                            "2001-02-03, 04:05:06.500, 2001-02-03T04:05:06.123456,"
                                    + " 2001-02-03T02:05:06Z,"
                                    + " 6f1b6e1e-0000-4000-8000-00000000000a, {\"a\": 1}, 10.0.0.1,"
                                    + " ok, [1, null], [x], {2001-02-03}");
            assertThat(world.column("t.dead", "reason"))
                    .containsExactlyInAnyOrder(
                            "expected decimal(38, 18), found '1.1234567890123456789'",
                            "expected date, found 'infinity'",
                            "expected decimal(20, 4), found 'NaN'");
        }
    }

    @Test
    void whatIsWrongIsToldBeforeAnythingStarts() throws Exception {
        try (var world = new World(folder)) {
            assertThat(refusal(world, "table_path = \"shop.nothing\""))
                    .contains("Jdbc.table_path: shop.nothing: ERROR: relation")
                    .contains("does not exist");
            assertThat(refusal(world, "query = \"SELECT nope\""))
                    .contains("Jdbc.query: query: ERROR");
            assertThat(refusal(world, "where_condition = \"where id = 1\""))
                    .contains("expected either query or table_path, or table_list");
            assertThat(refusal(world, "table_path = \"shop.orders\", partition_column = id"))
                    .contains("needs partition_lower_bound and partition_upper_bound");
            assertThat(
                            refusal(
                                    world,
                                    "table_path = \"shop.orders\", partition_column = item,"
                                        + " partition_lower_bound = 1, partition_upper_bound = 2"))
                    .contains("expected a column of whole numbers in shop.orders, found string");
            String job = job("table_path = \"shop.orders\"", "");
            assertThat(said(world, job.replace("jdbc:postgresql:", "jdbc:oracle:")))
                    .contains("expected jdbc:postgresql:...")
                    .contains("no other database is read");
            assertThat(said(world, job.replace("user = postgres", "user = nobody")))
                    .contains("the database does not answer: FATAL");
        }
    }

    @Test
    void namesAreQuoted() throws Exception {
        try (var world = new World(folder)) {
            String job =
                    job("table_path = \"shop.odd \\\"name\"", "").replace("${table_name}", "odd");
            assertThat(world.run(job).message()).isEqualTo("finished");
            assertThat(world.column("t.odd", "a.b")).containsExactly(7);
        }
    }

    @Test
    void theExampleBringsInWhatCameAndWhatChanged() throws Exception {
        sql("CREATE TABLE shop.people (id int PRIMARY KEY, name text)");
        sql("INSERT INTO shop.people VALUES (1, 'Ann'), (2, 'Bob')");
        Path repository = Path.of("").toAbsolutePath().getParent();
        String name = "examples/jobs/postgres-to-iceberg.conf";
        var job = new JobSource(Files.readString(repository.resolve(name)), name, repository);
        Map<String, String> variables =
                Map.of(
                        "database", "127.0.0.1:%s/postgres".formatted(postgres.getPort()),
                        "user", "postgres",
                        "password", "postgres",
                        "table", "shop.people");
        try (var world = new World(folder)) {
            for (int run = 0; run < 2; run++) {
                PipelineRun loading =
                        world.pipelines.start(job, variables, RunOptions.DEFAULT, line -> {});
                assertThat(loading.await().message()).isEqualTo("finished");
                sql("UPDATE shop.people SET name = 'Anna' WHERE id = 1");
                sql("INSERT INTO shop.people VALUES (3, 'Cem') ON CONFLICT DO NOTHING");
            }
            assertThat(world.column("shop.people", "name"))
                    .containsExactlyInAnyOrder("Anna", "Bob", "Cem");
        }
    }

    private static String refusal(World world, String source) {
        return said(world, job(source, "").replace("${table_name}", "x"));
    }

    private static String said(World world, String job) {
        Throwable seen = catchThrowable(() -> world.run(job));
        return seen == null ? "nothing" : String.valueOf(seen.getMessage());
    }
}
