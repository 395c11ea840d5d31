package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A stream of messages, killed again and again.
class KafkaKillLoopTest {
    private static final int PARTITIONS = 3;
    private static final int KILLS_SHORT = 6;
    private static final int KILLS = 200;

    @TempDir Path folder;

    @Test
    void aFewKills() throws Exception {
        kill("few-kills", KILLS_SHORT);
    }

    @Test
    @Tag("slow")
    void manyKills() throws Exception {
        kill("many-kills", KILLS);
    }

    private void kill(String name, int kills) throws Exception {
        try (var topic = new Topic(name, PARTITIONS)) {
            new KillLoop(folder, new Messages(topic), 20_261_126).run(kills);
        }
    }

    /// Messages with running numbers, in transactions that are committed or not, and rows in two
    /// tables that hold the same.
    private static final class Messages implements KillLoop.Subject {
        private final Topic topic;
        private long sent;

        Messages(Topic topic) {
            this.topic = topic;
        }

        @Override
        public void change(int round, Random random) {
            int count = 1 + random.nextInt(2_000);
            topic.sendIds(sent, sent + count, PARTITIONS);
            sent += count;
            if (round % 5 == 0) {
                topic.sendTogether(false, "{\"id\":-1}", "{\"id\":-2}");
                topic.sendTogether(
                        true, "{\"id\":%s}".formatted(sent), "{\"id\":%s}".formatted(sent + 1));
                sent += 2;
            }
        }

        @Override
        public String job(String mode) {
            return """
            env { job.name = killed, job.mode = %s, checkpoint.interval = 40 }
            source { Kafka { bootstrap.servers = "%s", topic = "%s", start_mode = earliest
              schema { fields { id = bigint } } } }
            sink { Iceberg { namespace = t, table = one }, Iceberg { namespace = t, table = two } }
            """
                    .formatted(mode, topic.servers, topic.name);
        }

        @Override
        public void compare(World world, int round) throws Exception {
            for (String table : List.of("t.one", "t.two")) {
                List<Object> ids = world.column(table, "id");
                assertThat(Summary.of(ids.stream().mapToLong(id -> (long) id)))
                        .as("%s after round %s", table, round)
                        .isEqualTo(Summary.of(LongStream.range(0, sent)));
            }
        }
    }
}
