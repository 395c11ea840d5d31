package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
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
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Whatever happens to a run, each committed message is in the table once in the end.
class KafkaExactlyOnceTest {
    private static final int ROWS = 32;
    private static final int FAULTS_MAX = 200;
    private static final int KILLED_ROWS = 40_000;
    private static final int PARTITIONS = 3;

    @TempDir Path folder;

    @ParameterizedTest
    @EnumSource
    void aFaultAnywhereAndARestartLoseAndDoubleNothing(Breaking.Moment moment) throws Exception {
        try (var topic = new Topic("faults-" + moment, 2)) {
            fill(topic);
            String job =
                    """
                    env { job.name = once, tarn.checkpoint.rows = 16 }
                    source { Kafka { bootstrap.servers = "%s", topic = "%s", start_mode = earliest
                      tarn.dead_letter_table = "t.dead", schema { fields { id = bigint } } } }
                    sink { Iceberg { namespace = t, table = a } }
                    """
                            .formatted(topic.servers, topic.name);
            // A run on a broker is dear: of each two writes one breaks before and one after. The
            // runs over files try both, see ExactlyOnceTest.
            for (int n = 1 + moment.ordinal(); n <= FAULTS_MAX; n += 2) {
                var breaking = new Breaking(moment);
                Path home = Files.createDirectories(folder.resolve(moment + "-" + n));
                try (var world = new World(home, breaking::rows, breaking::bytes)) {
                    breaking.at(n);
                    Progress first = world.run(job);
                    assertThat(first.state() == State.FINISHED || breaking.broke())
                            .as("fault %s: %s", n, first.message())
                            .isTrue();
                    breaking.at(Integer.MAX_VALUE);
                    if (first.state() != State.FINISHED) {
                        assertThat(world.run(job).message()).isEqualTo("finished");
                    }
                    assertThat(world.column("t.a", "id"))
                            .as("fault %s", n)
                            .hasSize(ROWS)
                            .doesNotHaveDuplicates();
                    assertThat(world.rows("t.dead")).as("fault %s", n).hasSize(2);
                }
                if (!breaking.broke()) {
                    assertThat(n).isGreaterThan(15);
                    return; // n lies beyond the last write: every fault has been tried
                }
            }
            fail("a run makes more than %s writes", FAULTS_MAX);
        }
    }

    private static void fill(Topic topic) {
        topic.sendIds(0, 10, 2);
        topic.send(0, "bad");
        topic.producer.flush();
        topic.sendTogether(false, "{\"id\":100}", "bad");
        topic.sendTogether(true, "{\"id\":30}", "{\"id\":31}");
        topic.send(1, null);
        topic.send(1, "{\"id\":\"bad\"}");
        topic.sendIds(10, 30, 2);
    }

    @Test
    void aStreamThatIsKilledAgainAndAgainHasEachMessageOnce() throws Exception {
        try (var topic = new Topic("killed", PARTITIONS)) {
            topic.sendIds(0, KILLED_ROWS / 2, PARTITIONS);
            killAtRow(topic, 7_777);
            topic.sendTogether(false, "{\"id\":-1}", "{\"id\":-2}");
            topic.sendIds(KILLED_ROWS / 2, KILLED_ROWS, PARTITIONS);
            killAtRow(topic, 9_999);

            try (var world = new World(folder)) {
                int before = world.rows("t.killed").size();
                Progress rest = world.run(job(topic.servers, "BATCH"));

                assertThat(rest.message()).isEqualTo("finished");
                assertThat(before).isBetween(1, KILLED_ROWS - 1);
                assertThat(rest.rows()).isEqualTo(KILLED_ROWS - before);
                List<Object> ids = world.column("t.killed", "id");
                assertThat(Summary.of(ids.stream().mapToLong(id -> (long) id)))
                        .isEqualTo(Summary.of(LongStream.range(0, KILLED_ROWS)));
            }
        }
    }

    private static String job(String servers, String mode) {
        return """
        env { job.name = killed, job.mode = %s, tarn.checkpoint.rows = 1000 }
        source { Kafka { bootstrap.servers = "%s", topic = killed, start_mode = earliest
          schema { fields { id = bigint } } } }
        sink { Iceberg { namespace = t, table = killed }, Console {} }
        """
                .formatted(mode, servers);
    }

    private void killAtRow(Topic topic, int row) throws IOException, InterruptedException {
        Process child =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx256m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                KafkaExactlyOnceTest.class.getName(),
                                folder.toString(),
                                topic.servers)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        boolean killed = false;
        String last = "";
        try (var out =
                new BufferedReader(
                        new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                last = line;
                if (line.contains("rowIndex=" + row + ":")) {
                    child.destroyForcibly();
                    killed = true;
                    break;
                }
            }
        }
        child.waitFor();
        assertThat(killed).as(last).isTrue();
    }

    /// The process that is killed.
    public static void main(String[] arguments) throws Exception {
        try (var world = new World(Path.of(arguments[0]))) {
            PipelineRun run =
                    world.pipelines.start(
                            world.job(job(arguments[1], "STREAMING")),
                            Map.of(),
                            RunOptions.DEFAULT,
                            System.out::println);
            System.out.println(run.await().message());
        }
    }
}
