package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.pipeline.job.JobException;
import dev.tarn.pipeline.keep.Keeper;
import dev.tarn.pipeline.keep.Kept;
import dev.tarn.pipeline.keep.Kept.State;
import dev.tarn.store.Database;
import dev.tarn.store.Leases;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Pipelines that a server keeps.
@SuppressWarnings("NullAway.Init") // before the tests
class KeeperTest {
    private static EmbeddedPostgres postgres;

    @TempDir Path folder;

    @BeforeAll
    static void start() throws Exception {
        postgres =
                EmbeddedPostgres.builder()
                        .setServerConfig("fsync", "off")
                        .setServerConfig("wal_level", "logical")
                        .start();
    }

    @AfterAll
    static void stop() throws IOException {
        postgres.close();
    }

    private static void sql(String sql) throws Exception {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void insert(String table, long from, long to) throws Exception {
        sql("INSERT INTO %s SELECT i FROM generate_series(%s, %s) i".formatted(table, from, to));
    }

    private static String stream(String table) {
        return """
        env { job.name = %s, job.mode = STREAMING, checkpoint.interval = 40 }
        source { Postgres-CDC { base-url = "jdbc:postgresql://127.0.0.1:%s/postgres"
          username = postgres, password = "${word}", table-names = ["postgres.public.%s"] } }
        sink { Iceberg { namespace = t, table = "${table_name}", iceberg.table.upsert-mode-enabled = true } }
        """
                .formatted(table, postgres.getPort(), table);
    }

    private static final Map<String, String> WORD = Map.of("word", "postgres");

    private static Keeper keeper(World world, String replica) {
        return keeper(world, world.database, replica);
    }

    private static Keeper keeper(World world, Database database, String replica) {
        return new Keeper(
                world.pipelines,
                database,
                Leases.ofReplica(world.database, InstantSource.system(), replica),
                InstantSource.system());
    }

    private static void await(Keeper keeper, String name, State state) {
        Await.until(
                name + " is " + state,
                () -> keeper.find(name).map(kept -> kept.state() == state).orElse(false));
    }

    private static boolean has(World world, String table, long rows) {
        try {
            return world.catalog
                            .tables()
                            .exists(
                                    world.warehouse(),
                                    org.apache.iceberg.catalog.TableIdentifier.parse(table))
                    && world.rows(table).size() == rows;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void requireIds(World world, String table, long last) throws IOException {
        assertThat(world.column(table, "id").stream().map(id -> (long) (int) id).sorted().toList())
                .isEqualTo(LongStream.rangeClosed(1, last).boxed().toList());
    }

    @Test
    void aStreamIsPausedResumedAndSurvivesTheServer() throws Exception {
        sql("CREATE TABLE kept (id int PRIMARY KEY)");
        insert("kept", 1, 100);
        try (var world = new World(folder)) {
            try (Keeper first = keeper(world, "a")) {
                first.start();
                Kept made = first.create(world.job(stream("kept")), WORD, false);
                assertThat(made.name()).isEqualTo("kept");
                Await.until("snapshot", () -> has(world, "t.kept", 100));
                insert("kept", 101, 200);
                Await.until("log", () -> has(world, "t.kept", 200));
                await(first, "kept", State.RUNNING);
                Await.until("progress told", () -> first.find("kept").orElseThrow().rows() == 200);

                assertThatThrownBy(() -> first.create(world.job(stream("kept")), WORD, false))
                        .isInstanceOf(PipelineException.class)
                        .hasMessageContaining("exists already");

                assertThat(first.pause("kept")).isPresent();
                await(first, "kept", State.PAUSED);
                insert("kept", 201, 300);
                assertThat(world.pipelines.running()).isEmpty();
                assertThat(has(world, "t.kept", 200)).isTrue();
                first.run("kept", RunOptions.DEFAULT);
                Await.until("resumed", () -> has(world, "t.kept", 300));
            }
            // The server has ended; what is wanted is known to the next one.
            insert("kept", 301, 400);
            var looks = new AtomicInteger();
            Database counted =
                    (Database)
                            Proxy.newProxyInstance(
                                    Database.class.getClassLoader(),
                                    new Class<?>[] {Database.class},
                                    (proxy, method, arguments) -> {
                                        looks.incrementAndGet();
                                        return method.invoke(world.database, arguments);
                                    });
            try (Keeper second = keeper(world, counted, "b")) {
                assertThat(second.find("kept").orElseThrow().state()).isEqualTo(State.WAITING);
                second.start();
                Await.until("restarted", () -> has(world, "t.kept", 400));
                requireIds(world, "t.kept", 400);

                // All of it anew, by key.
                second.run("kept", RunOptions.AGAIN);
                Await.until(
                        "anew",
                        () ->
                                second.lines("kept", 0).stream()
                                                .filter(line ->
                                                        line.text().equals("running: started"))
                                                .count()
                                        == 4);
                insert("kept", 401, 402);
                Await.until("behind it", () -> has(world, "t.kept", 402));

                assertThat(second.drop("kept")).isTrue();
                Await.until("ended", () -> world.pipelines.running().isEmpty());
                assertThat(second.list()).isEmpty();
                requireIds(world, "t.kept", 402);
            }
        }
    }

    @Test
    void whatFailsIsTriedAgainAndSaysWhy() throws Exception {
        sql("CREATE TABLE failing (id int PRIMARY KEY)");
        insert("failing", 1, 10);
        try (var world = new World(folder);
                Keeper keeper = keeper(world, "a")) {
            keeper.start();
            keeper.create(world.job(stream("failing")), WORD, false);
            Await.until("snapshot", () -> has(world, "t.failing", 10));
            keeper.pause("failing");
            await(keeper, "failing", State.PAUSED);
            sql("SELECT pg_drop_replication_slot('tarn_failing')");
            keeper.run("failing", RunOptions.DEFAULT);
            await(keeper, "failing", State.FAILING);
            Kept failing = keeper.find("failing").orElseThrow();
            assertThat(failing.message()).contains("Replication slot tarn_failing is gone");
            assertThat(failing.due()).isNotNull();
            long tries =
                    keeper.lines("failing", 0).stream()
                            .filter(line -> line.text().startsWith("failing: "))
                            .count();
            Await.until(
                    "tried again",
                    () ->
                            keeper.lines("failing", 0).stream()
                                            .filter(line -> line.text().startsWith("failing: "))
                                            .count()
                                    > tries);
            insert("failing", 11, 20);
            keeper.run("failing", RunOptions.AGAIN);
            Await.until("mended", () -> has(world, "t.failing", 20));
            await(keeper, "failing", State.RUNNING);
        }
    }

    @Test
    void oneOfTwoProcessesRunsIt() throws Exception {
        sql("CREATE TABLE shared (id int PRIMARY KEY)");
        insert("shared", 1, 10);
        try (var world = new World(folder)) {
            Keeper first = keeper(world, "a");
            var looks = new AtomicInteger();
            Database counted =
                    (Database)
                            Proxy.newProxyInstance(
                                    Database.class.getClassLoader(),
                                    new Class<?>[] {Database.class},
                                    (proxy, method, arguments) -> {
                                        looks.incrementAndGet();
                                        return method.invoke(world.database, arguments);
                                    });
            try (Keeper second = keeper(world, counted, "b")) {
                first.start();
                first.create(world.job(stream("shared")), WORD, false);
                Await.until("snapshot", () -> has(world, "t.shared", 10));
                second.start();
                // A look is one question where there is nothing to do.
                Await.until("second looks", () -> looks.get() >= 3);
                assertThat(second.find("shared").orElseThrow().state()).isEqualTo(State.RUNNING);
                assertThat(
                                second.lines("shared", 0).stream()
                                        .filter(line -> line.text().equals("running: started")))
                        .hasSize(1);
                // Asked at the one, done by the other.
                second.pause("shared");
                await(second, "shared", State.PAUSED);
                second.run("shared", RunOptions.DEFAULT);
                await(second, "shared", State.RUNNING);
                first.close();
                insert("shared", 11, 20);
                Await.until("taken over", () -> has(world, "t.shared", 20));
            }
        }
    }

    @Test
    void aJobWithAnEndFinishesAndAWrongOneIsNotKept() throws Exception {
        try (var world = new World(folder);
                Keeper keeper = keeper(world, "a")) {
            keeper.start();
            world.file("rows.jsonl", "{\"id\":1}\n{\"id\":2}\n");
            String job =
                    """
                    env { job.name = files }
                    source { LocalFile { path = "rows.jsonl", file_format_type = json, schema { fields { id = bigint } } } }
                    sink { Iceberg { namespace = t, table = files } }
                    """;
            keeper.create(world.job(job), Map.of(), false);
            await(keeper, "files", State.FINISHED);
            assertThat(world.rows("t.files")).hasSize(2);
            assertThat(keeper.find("files").orElseThrow().rows()).isEqualTo(2);

            // Again, by the same rules as a run by hand: what is loaded is left out.
            world.file("more.jsonl", "{\"id\":3}\n");
            keeper.create(world.job(job.replace("rows.jsonl", "*.jsonl")), Map.of(), true);
            Await.until("more", () -> has(world, "t.files", 3));
            await(keeper, "files", State.FINISHED);

            assertThatThrownBy(
                            () -> keeper.create(world.job("source { Nope {} }"), Map.of(), false))
                    .isInstanceOf(JobException.class);
            assertThatThrownBy(() ->
                            keeper.create(
                                    world.job(job.replace("= files }", "= runs }")),
                                    Map.of(),
                                    false))
                    .hasMessageContaining("cannot be called runs");
            assertThat(keeper.list()).extracting(Kept::name).isEqualTo(List.of("files"));
            assertThat(keeper.drop("nobody")).isFalse();
            assertThat(keeper.pause("nobody")).isEmpty();
        }
    }
}
