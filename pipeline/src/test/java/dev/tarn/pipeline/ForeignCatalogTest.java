package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.tarn.pipeline.Progress.State;
import dev.tarn.pipeline.job.JobException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.rest.ReferenceCatalog;
import org.apache.iceberg.rest.ReferenceCatalog.Fault;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Rows into the tables of another catalog.
@SuppressWarnings("NullAway.Init") // before each test
class ForeignCatalogTest {
    private static final int ROWS = 20;
    private static final int FAULTS_MAX = 100;

    @TempDir Path folder;
    private ReferenceCatalog reference;

    @BeforeEach
    void start() throws IOException {
        reference = new ReferenceCatalog(folder.resolve("reference"));
    }

    @AfterEach
    void stop() {
        reference.close();
    }

    private String config() {
        return "iceberg.catalog.config = { type = rest, uri = \"%s\" }".formatted(reference.uri());
    }

    private World world(String name) throws IOException {
        return new World(Files.createDirectories(folder.resolve(name)))
                .readingFrom(reference::table);
    }

    @Test
    void rowsGoThereWithAllThatIsDoneToThem() throws Exception {
        String job =
                """
                env { job.name = there }
                source { LocalFile { path = in, file_format_type = json, tarn.dead_letter_table = "t.dead"
                  schema { primaryKey { name = id, columnNames = [id] }
                    fields { id = bigint, city = string, n = int %s } } } }
                sink { Iceberg { %s, namespace = "t.deep", table = places, iceberg.table.upsert-mode-enabled = true
                  iceberg.table.partition-keys = [city], iceberg.table.schema-evolution-enabled = true
                  iceberg.table.commit-branch = audit } }
                """;
        try (var world = world("there")) {
            world.file(
                    "in/1.json",
                    """
                    {"id":1,"city":"Bern","n":1}
                    {"id":2,"city":"Basel","n":2}
                    {"id":"x"}
                    {"id":1,"city":"Basel","n":3}
                    """);
            JobCheck check =
                    world.pipelines.check(world.job(job.formatted("", config())), Map.of());
            assertThat(check.tables().getFirst().action())
                    .isEqualTo(
                            "will be created, rows go to branch audit, in the catalog %s, by itself"
                                    .formatted(reference.uri()));
            Progress first = world.run(job.formatted("", config()));
            assertThat(first.message()).isEqualTo("finished");
            assertThat(first.notes()).anyMatch(n -> n.contains("one table after the other"));
            assertThat(world.catalog.tables().exists(world.warehouse(), name("t.deep.places")))
                    .isFalse();

            world.file("in/2.json", "{\"id\":2,\"city\":\"Bern\",\"n\":4,\"more\":true}\n");
            assertThat(world.run(job.formatted(", more = boolean", config())).message())
                    .isEqualTo("finished");
            Table table = reference.table("t.deep.places");
            assertThat(table.schema().findField("more")).isNotNull();
            assertThat(table.currentSnapshot()).isNull();
            table.manageSnapshots().fastForwardBranch("main", "audit").commit();
            assertThat(world.byFirst("t.deep.places").values())
                    .containsExactly("1|Basel|3|null", "2|Bern|4|true");
            assertThat(world.rows("t.dead")).hasSize(1);
        }
    }

    private static org.apache.iceberg.catalog.TableIdentifier name(String name) {
        return org.apache.iceberg.catalog.TableIdentifier.parse(name);
    }

    /// Two tables, the second with a row for each of the first and ten more.
    private String two() {
        return """
        env { job.name = two, tarn.checkpoint.rows = 10 }
        source {
          LocalFile { path = in, file_format_type = csv, plugin_output = files
            csv_use_header_line = true, schema { fields { id = bigint } } }
          FakeSource { row.num = 10, split.num = 2, plugin_output = fake
            schema { fields { id = bigint } } }
        }
        sink {
          Iceberg { %s, plugin_input = files, namespace = t, table = a }
          Iceberg { %s, plugin_input = [files, fake], namespace = t, table = b }
        }
        """
                .formatted(config(), config());
    }

    private static Path home(Path home) throws IOException {
        Files.createDirectories(home.resolve("in"));
        var text = new StringBuilder("id\n");
        for (int i = 0; i < ROWS; i++) {
            text.append(i).append('\n');
        }
        Files.writeString(home.resolve("in/rows.csv"), text);
        return home;
    }

    private static void check(World world, String fault) throws IOException {
        assertThat(world.column("t.a", "id")).as(fault).hasSize(ROWS).doesNotHaveDuplicates();
        assertThat(world.column("t.b", "id")).as(fault).hasSize(ROWS + 10);
    }

    @ParameterizedTest
    @EnumSource
    void aFaultOfTheLedgerOrAFileLosesAndDoublesNothing(Breaking.Moment moment) throws Exception {
        for (int n = 1; n <= FAULTS_MAX; n++) {
            var breaking = new Breaking(moment);
            Path home = home(folder.resolve(moment + "-" + n));
            try (var other = new ReferenceCatalog(home.resolve("reference"));
                    var world =
                            new World(home, breaking::rows, breaking::bytes)
                                    .readingFrom(other::table)) {
                String job = two().replace(reference.uri(), other.uri());
                breaking.at(n);
                Progress first = world.run(job);
                breaking.at(Integer.MAX_VALUE);
                assertThat(first.state() == State.FINISHED || breaking.broke())
                        .as("fault %s: %s", n, first.message())
                        .isTrue();
                if (first.state() != State.FINISHED) {
                    assertThat(world.run(job).message()).as("fault %s", n).isEqualTo("finished");
                }
                check(world, moment + " " + n + ": " + first.message());
                if (!breaking.broke()) {
                    assertThat(n).isGreaterThan(10);
                    return; // n lies beyond the last write: every fault has been tried
                }
            }
        }
        fail("a run makes more than %s writes", FAULTS_MAX);
    }

    @ParameterizedTest
    @EnumSource
    void aFaultOfTheCatalogLosesAndDoublesNothing(Fault fault) throws Exception {
        for (int n = 1; n <= FAULTS_MAX; n++) {
            Path home = home(folder.resolve(fault + "-" + n));
            try (var other = new ReferenceCatalog(home.resolve("reference"));
                    var world = new World(home).readingFrom(other::table)) {
                String job = two().replace(reference.uri(), other.uri());
                other.fail(n, fault);
                Progress first = world.run(job);
                boolean broke = other.broke();
                other.fail(Integer.MAX_VALUE, fault);
                if (broke && fault == Fault.REFUSED) {
                    assertThat(first.message())
                            .contains("has not got the last commit yet, the next run ends it");
                }
                if (first.state() != State.FINISHED) {
                    assertThat(world.run(job).message()).as("fault %s", n).isEqualTo("finished");
                }
                check(world, fault + " " + n + ": " + first.message());
                if (!broke) {
                    assertThat(n).isGreaterThan(5);
                    return;
                }
            }
        }
        fail("a run makes more than %s commits", FAULTS_MAX);
    }

    /// Position deletes in tables of version 2, deletion vectors in those of version 3: what the
    /// ledger keeps of them makes the same table.
    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void upsertsAreEndedByTheNextRun(int version) throws Exception {
        for (int n = 1; n <= FAULTS_MAX; n++) {
            Path home =
                    Files.createDirectories(folder.resolve("upsert-%s-%s".formatted(version, n)));
            try (var other = new ReferenceCatalog(home.resolve("reference"));
                    var world = new World(home).readingFrom(other::table)) {
                for (int file = 0; file < 3; file++) {
                    var rows = new StringBuilder();
                    for (int id = 0; id < 12; id++) {
                        rows.append("{\"id\":%d,\"n\":%d}%n".formatted(id + file * 4, file));
                    }
                    world.file("in/%s.json".formatted(file), rows.toString());
                }
                String job =
                        """
                        env { job.name = up, tarn.checkpoint.rows = 6 }
                        source { LocalFile { path = in, file_format_type = json
                          schema { primaryKey { name = k, columnNames = [id] }, fields { id = bigint, n = int } } } }
                        sink { Iceberg { %s, namespace = t, table = up, iceberg.table.upsert-mode-enabled = true
                          iceberg.table.write-props { "tarn.merge.min-input-files" = 2 }
                          iceberg.table.auto-create-props = { format-version = "%s" } } }
                        """
                                .formatted(config().replace(reference.uri(), other.uri()), version);
                other.fail(n, Fault.REFUSED);
                Progress first = world.run(job);
                boolean broke = other.broke();
                other.fail(Integer.MAX_VALUE, Fault.REFUSED);
                if (first.state() != State.FINISHED) {
                    assertThat(world.run(job).message()).as("fault %s", n).isEqualTo("finished");
                }
                Map<String, String> rows = world.byFirst("t.up");
                assertThat(rows).as("fault %s", n).hasSize(20);
                for (int id = 0; id < 20; id++) {
                    assertThat(rows.get(Integer.toString(id)))
                            .as("fault %s", n)
                            .isEqualTo("%s|%s".formatted(id, Math.min(2, id / 4)));
                }
                if (!broke) {
                    assertThat(n).isGreaterThan(5);
                    return;
                }
            }
        }
        fail("a run makes more than %s commits", FAULTS_MAX);
    }

    /// It has decided, and wakes up when another has ended its commit and made more.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void aRunThatWasTakenOverInACommitChangesNothing(int commit) throws Exception {
        Path home = home(folder.resolve("fence"));
        var reached = new CountDownLatch(commit);
        var goOn = new CountDownLatch(1);
        try (var world = new World(home).readingFrom(reference::table)) {
            var other = new World(world);
            reference.beforeCommits(() -> {
                if (reached.getCount() > 0) {
                    reached.countDown();
                    if (reached.getCount() == 0) {
                        awaitOrFail(goOn);
                    }
                }
            });
            PipelineRun first =
                    world.pipelines.start(
                            world.job(two()), Map.of(), RunOptions.DEFAULT, line -> {});
            reached.await();
            try {
                Progress second =
                        other.pipelines
                                .start(world.job(two()), Map.of(), RunOptions.DEFAULT, line -> {})
                                .await();
                assertThat(second.message()).isEqualTo("finished");
            } finally {
                goOn.countDown();
            }
            assertThat(first.await().message()).contains("was started again elsewhere");
            check(world, "commit " + commit);
        }
    }

    private static void awaitOrFail(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aTableThatLostItsHistoryEndsTheRun() throws Exception {
        Path home = home(folder.resolve("expired"));
        try (var world = new World(home).readingFrom(reference::table)) {
            String job = two();
            reference.fail(4, Fault.REFUSED);
            assertThat(world.run(job).message()).contains("the next run ends it");
            for (String name : new String[] {"t.a", "t.b"}) {
                Table table = reference.table(name);
                Snapshot head = table.currentSnapshot();
                table.newDelete()
                        .deleteFromRowFilter(
                                org.apache.iceberg.expressions.Expressions.equal("id", -1L))
                        .commit();
                table.newAppend().commit();
                table.expireSnapshots().expireSnapshotId(head.snapshotId()).commit();
            }
            assertThat(world.run(job).message())
                    .contains("has lost the part of its history")
                    .contains("--again");
            assertThat(world.run(job, RunOptions.AGAIN).message()).isEqualTo("finished");
        }
    }

    @Test
    void aLongLoadGetsNewKeys() throws Exception {
        try (var world = world("load")) {
            reference.giveKeysFor(200);
            for (int file = 0; file < 3; file++) {
                var rows = new StringBuilder();
                for (int id = 0; id < 200; id++) {
                    rows.append("{\"id\":%d}%n".formatted(file * 200 + id));
                }
                world.file("in/%s.json".formatted(file), rows.toString());
            }
            int loads = reference.loads();
            Progress end =
                    world.run(
                            """
                            env { job.name = load, tarn.checkpoint.rows = 5 }
                            source { LocalFile { path = in, file_format_type = json, schema { fields { id = bigint } } } }
                            sink { Iceberg { %s, namespace = t, table = load } }
                            """
                                    .formatted(config()));
            assertThat(end.message()).isEqualTo("finished");
            assertThat(reference.loads()).isGreaterThan(loads + 3);
            assertThat(end.filesDone()).isEqualTo(3);
            assertThat(world.column("t.load", "id")).hasSize(600).doesNotHaveDuplicates();
        }
    }

    @Test
    void aRunThatLastsGetsNewKeys() throws Exception {
        try (var topic = new Topic("keys", 1);
                var world = world("keys")) {
            reference.giveKeysFor(200);
            String job =
                    """
                    env { job.name = keys, job.mode = STREAMING, checkpoint.interval = 30 }
                    source { Kafka { bootstrap.servers = "%s", topic = "%s", start_mode = earliest
                      schema { fields { id = bigint } } } }
                    sink { Iceberg { %s, namespace = t, table = keys } }
                    """
                            .formatted(topic.servers, topic.name, config());
            PipelineRun run =
                    world.pipelines.start(world.job(job), Map.of(), RunOptions.DEFAULT, line -> {});
            for (int from = 0; from < 60; from += 20) {
                topic.sendIds(from, from + 20, 1);
                int committed = from + 20;
                Await.until("rows", () -> run.progress().rowsCommitted() >= committed);
                int loads = reference.loads();
                // At last without a row in between, more often than a fruitless run may.
                int more = committed < 60 ? 3 : 24;
                Await.until("new keys", () -> reference.loads() > loads + more);
                assertThat(run.progress().state()).isEqualTo(State.RUNNING);
            }
            run.cancel();
            assertThat(run.await().state()).isEqualTo(State.CANCELLED);
            assertThat(world.column("t.keys", "id")).hasSize(60).doesNotHaveDuplicates();
        }
    }

    @Test
    void whoDoesNotAnswerIsTold() throws Exception {
        try (var world = world("silent")) {
            String job =
                    """
                    source { FakeSource { row.num = 1, schema { fields { id = bigint } } } }
                    sink { Iceberg { namespace = t, table = x, iceberg.catalog.config = { %s } } }
                    """;
            assertThatThrownBy(() ->
                            world.run(job.formatted("type = rest, uri = \"http://127.0.0.1:9\"")))
                    .isInstanceOf(JobException.class)
                    .hasMessageContaining("the catalog http://127.0.0.1:9 does not let us in")
                    .hasMessageContaining("refused");
            assertThatThrownBy(() -> world.run(job.formatted("type = hive, uri = \"thrift://x\"")))
                    .hasMessageContaining("hive is not supported, only type rest");
        }
    }

    @Test
    void aCommitThatIsNotDoneHoldsTheJobToItsCatalog() throws Exception {
        Path home = home(folder.resolve("moved"));
        try (var world = new World(home).readingFrom(reference::table)) {
            reference.fail(3, Fault.REFUSED);
            assertThat(world.run(two()).message()).contains("the next run ends it");
            assertThat(world.run(two().replace(config() + ",", "")).message())
                    .contains("is not done, and the job goes to this catalog")
                    .contains("--again");
            assertThat(world.run(two()).message()).isEqualTo("finished");
            check(world, "back again");
            try (Stream<Path> files = Files.walk(folder.resolve("reference/warehouse"))) {
                // One file for each commit of a table, no orphans.
                assertThat(files.filter(f -> f.toString().endsWith(".parquet")).count())
                        .isEqualTo(filesOf("t.a") + filesOf("t.b"));
            }
        }
    }

    private long filesOf(String name) throws IOException {
        try (var files = reference.table(name).newScan().planFiles()) {
            long count = 0;
            for (var _ : files) {
                count++;
            }
            return count;
        }
    }
}
