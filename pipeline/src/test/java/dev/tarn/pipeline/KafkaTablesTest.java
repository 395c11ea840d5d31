package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.pipeline.Progress.State;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Several topics in one source, each with a table and options of its own.
class KafkaTablesTest {
    @TempDir Path folder;

    private static String job(Topic a, Topic b, String mode) {
        return """
        env { job.name = topics, job.mode = %s, checkpoint.interval = 30 }
        source { Kafka { bootstrap.servers = "%s", start_mode = earliest, tarn.dead_letter_table = "t.dead", table_list = [
          { topic = "%s", schema { table = "shop.a", fields { id = bigint } } }
          { topic = "%s", format = text, field_delimiter = ";", schema { table = "shop.b", fields { id = bigint, n = string } } }
        ] } }
        sink { Iceberg { namespace = "${database_name}", table = "${table_name}" } }
        """
                .formatted(mode, a.servers, a.name, b.name);
    }

    @Test
    void eachTopicGoesToItsTable() throws Exception {
        try (var a = new Topic("tables-a", 2);
                var b = new Topic("tables-b", 1);
                var world = new World(folder)) {
            a.sendIds(0, 500, 2);
            b.send(0, "1;one");
            b.send(0, "x;two");
            b.send(0, "3;three");
            b.producer.flush();
            String job = job(a, b, "BATCH");
            Progress first = world.run(job);
            assertThat(first.message()).isEqualTo("finished");
            assertThat(first.rowsCommitted()).isEqualTo(502);
            assertThat(world.column("shop.a", "id")).hasSize(500).doesNotHaveDuplicates();
            assertThat(world.byFirst("shop.b").values()).containsExactly("1|one", "3|three");
            assertThat(world.column("t.dead", "reason"))
                    .containsExactly("expected bigint, found 'x'");

            assertThat(world.run(job).rows()).isZero();
            b.send(0, "4;four");
            b.producer.flush();
            assertThat(world.run(job).rows()).isEqualTo(1);

            // The next run follows both.
            PipelineRun run =
                    world.pipelines.start(
                            world.job(job(a, b, "STREAMING")),
                            Map.of(),
                            RunOptions.DEFAULT,
                            line -> {});
            a.sendIds(500, 600, 2);
            b.send(0, "5;five");
            b.producer.flush();
            Await.until("both have come", () -> run.progress().rowsCommitted() >= 101);
            run.cancel();
            assertThat(run.await().state()).isEqualTo(State.CANCELLED);
            assertThat(world.column("shop.a", "id")).hasSize(600).doesNotHaveDuplicates();
            assertThat(world.byFirst("shop.b")).containsOnlyKeys("1", "3", "4", "5");
        }
    }
}
