package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.tarn.pipeline.Progress.State;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Whatever happens between the first row and the last, each row is there once in the end.
class ExactlyOnceTest {
    private static final int ROWS = 32;
    private static final int FAULTS_MAX = 200;
    private static final String JOB =
            """
            env { job.name = once, tarn.checkpoint.rows = 16 }
            source {
              LocalFile { path = in, file_format_type = csv, plugin_output = files
                tarn.dead_letter_table = "t.dead"
                csv_use_header_line = true, schema { fields { id = bigint } } }
              FakeSource { row.num = 10, split.num = 2, plugin_output = fake
                schema { fields { id = bigint } } }
            }
            sink {
              Iceberg { plugin_input = files, namespace = t, table = a }
              Iceberg { plugin_input = [files, fake], namespace = t, table = b }
            }
            """;

    @TempDir Path folder;

    @ParameterizedTest
    @EnumSource
    void aFaultAnywhereAndARestartLoseAndDoubleNothing(Breaking.Moment moment) throws Exception {
        for (int n = 1; n <= FAULTS_MAX; n++) {
            var breaking = new Breaking(moment);
            Path home = folder.resolve(moment + "-" + n);
            try (var world = new World(home(home), breaking::rows, breaking::bytes)) {
                breaking.at(n);
                Progress first = world.run(JOB);
                assertThat(first.state() == State.FINISHED || breaking.broke())
                        .as("fault %s: %s", n, first.message())
                        .isTrue();
                breaking.at(Integer.MAX_VALUE);
                if (first.state() != State.FINISHED) {
                    assertThat(world.run(JOB).message()).isEqualTo("finished");
                }
                check(world, n);
            }
            if (!breaking.broke()) {
                assertThat(n).isGreaterThan(20);
                return; // n lies beyond the last write: every fault has been tried
            }
        }
        fail("a run makes more than %s writes", FAULTS_MAX);
    }

    private static Path home(Path home) throws IOException {
        Files.createDirectories(home.resolve("in"));
        for (int file = 0; file < 2; file++) {
            var text = new StringBuilder("id\n");
            for (int i = 0; i < ROWS / 2; i++) {
                text.append(file * (ROWS / 2) + i).append('\n');
                if (i == 7) {
                    text.append("bad\n");
                }
            }
            Files.writeString(home.resolve("in/%s.csv".formatted(file)), text);
        }
        return home;
    }

    private static void check(World world, int fault) throws IOException {
        List<Object> a = world.column("t.a", "id");
        assertThat(a).as("fault %s", fault).hasSize(ROWS).doesNotHaveDuplicates();
        assertThat(world.column("t.b", "id")).as("fault %s", fault).hasSize(ROWS + 10);
        assertThat(world.rows("t.dead")).as("fault %s", fault).hasSize(2);
    }

    @Test
    void aKilledProcessGoesOnWhereItStopped() throws Exception {
        int rows = 200_000;
        var text = new StringBuilder();
        for (int i = 0; i < rows; i++) {
            text.append("{\"id\":").append(i).append("}\n");
        }
        Files.createDirectories(folder.resolve("home"));
        Files.writeString(folder.resolve("home/big.jsonl"), text);
        Process child =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx256m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                ExactlyOnceTest.class.getName(),
                                folder.resolve("home").toString())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        boolean killed = false;
        try (var out =
                new BufferedReader(
                        new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                // The third commit is behind: more are to come.
                if (line.contains("rowIndex=30000:")) {
                    child.destroyForcibly();
                    killed = true;
                    break;
                }
            }
        }
        child.waitFor();
        assertThat(killed).isTrue();

        try (var world = new World(folder.resolve("home"))) {
            int before = world.rows("t.big").size();
            Progress progress = world.run(BIG);

            assertThat(progress.message()).isEqualTo("finished");
            assertThat(before).isBetween(10_000, rows - 1);
            assertThat(progress.rows()).isEqualTo(rows - before);
            List<Object> ids = world.column("t.big", "id");
            assertThat(ids).hasSize(rows);
            assertThat(ids.stream().mapToLong(id -> (long) id).sum())
                    .isEqualTo((long) rows * (rows - 1) / 2);
        }
    }

    private static final String BIG =
            """
            env { job.name = big, tarn.checkpoint.rows = 10000 }
            source { LocalFile { path = big.jsonl, file_format_type = json } }
            sink { Iceberg { namespace = t, table = big }, Console {} }
            """;

    /// The process that is killed.
    public static void main(String[] arguments) throws Exception {
        try (var world = new World(Path.of(arguments[0]))) {
            world.pipelines
                    .start(world.job(BIG), Map.of(), RunOptions.DEFAULT, System.out::println)
                    .await();
        }
    }

    @Test
    void aRunThatWasTakenOverMayNotCommit() throws Exception {
        try (var world = new World(home(folder.resolve("fence")))) {
            var other = new World(world);
            var reached = new CountDownLatch(1);
            var goOn = new CountDownLatch(1);
            String job =
                    """
                    env { job.name = f, tarn.checkpoint.rows = 10 }
                    source { FakeSource { row.num = 100, schema { fields { id = bigint } } } }
                    sink { Iceberg { namespace = t, table = f }, Console {} }
                    """;
            PipelineRun first =
                    world.pipelines.start(
                            world.job(job),
                            Map.of(),
                            RunOptions.DEFAULT,
                            line -> {
                                if (line.contains("rowIndex=25:")) {
                                    reached.countDown();
                                    awaitOrFail(goOn);
                                }
                            });
            reached.await();
            assertThatThrownBy(() -> world.run(job))
                    .isInstanceOf(PipelineException.class)
                    .hasMessage("Pipeline f is running already, wait for it or cancel it");

            Progress second =
                    other.pipelines
                            .start(world.job(job), Map.of(), RunOptions.DEFAULT, line -> {})
                            .await();
            goOn.countDown();

            assertThat(second.message()).isEqualTo("finished");
            assertThat(second.rows()).isEqualTo(80);
            assertThat(first.await().message())
                    .isEqualTo(
                            "Pipeline f was started again elsewhere, this run may not commit any"
                                    + " more");
            assertThat(world.column("t.f", "id")).hasSize(100).doesNotHaveDuplicates();
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
    void aCancelledRunCommitsWhatItHasReadAndGoesOnLater() throws Exception {
        try (var world = new World(folder)) {
            String job =
                    """
                    source { FakeSource { row.num = 20000, schema { fields { id = bigint } } } }
                    sink { Iceberg { namespace = t, table = c }, Console {} }
                    """;
            var reached = new CountDownLatch(1);
            var goOn = new CountDownLatch(1);
            PipelineRun run =
                    world.pipelines.start(
                            world.job(job),
                            Map.of(),
                            RunOptions.DEFAULT,
                            line -> {
                                if (line.contains("rowIndex=100:")) {
                                    reached.countDown();
                                    awaitOrFail(goOn);
                                }
                            });
            reached.await();
            run.cancel();
            goOn.countDown();

            Progress cancelled = run.await();
            assertThat(cancelled.state()).isEqualTo(State.CANCELLED);
            assertThat(cancelled.rowsCommitted()).isEqualTo(cancelled.rows()).isLessThan(20_000);
            assertThat(world.run(job).rows()).isEqualTo(20_000 - cancelled.rows());
            assertThat(world.column("t.c", "id")).hasSize(20_000).doesNotHaveDuplicates();
        }
    }
}
