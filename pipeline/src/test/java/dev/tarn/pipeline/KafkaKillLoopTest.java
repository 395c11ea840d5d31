package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.apache.iceberg.data.Record;
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

    @Test
    void aFewKillsOfUpserts() throws Exception {
        killUpserts("few-upserts", KILLS_SHORT);
    }

    @Test
    @Tag("slow")
    void manyKillsOfUpserts() throws Exception {
        killUpserts("many-upserts", KILLS);
    }

    private void killUpserts(String name, int kills) throws Exception {
        try (var topic = new Topic(name, PARTITIONS)) {
            new KillLoop(folder, new Accounts(topic), 20_261_127).run(kills);
        }
    }

    private void kill(String name, int kills) throws Exception {
        try (var topic = new Topic(name, PARTITIONS)) {
            new KillLoop(folder, new Messages(topic), 20_261_126).run(kills);
        }
    }

    /// Change events of accounts, and what the accounts are after them.
    private static final class Accounts implements KillLoop.Subject {
        private static final int IDS = 500;

        private final Topic topic;
        private final Map<Long, Long> model = new HashMap<>();

        Accounts(Topic topic) {
            this.topic = topic;
        }

        @Override
        public void change(int round, Random random) {
            int count = 1 + random.nextInt(400);
            for (int i = 0; i < count; i++) {
                long id = random.nextInt(IDS);
                int partition = (int) (id % PARTITIONS);
                long amount = random.nextInt(1_000_000);
                boolean there = model.containsKey(id);
                if (there && random.nextInt(4) == 0) {
                    topic.send(partition, event("d", "{\"id\":%s}".formatted(id), "null"));
                    model.remove(id);
                } else {
                    String after = "{\"id\":%s,\"amount\":%s}".formatted(id, amount);
                    topic.send(partition, event(there ? "u" : "c", "null", after));
                    model.put(id, amount);
                }
            }
            topic.producer.flush();
        }

        private static String event(String op, String before, String after) {
            return "{\"op\":\"%s\",\"before\":%s,\"after\":%s}".formatted(op, before, after);
        }

        @Override
        public String job(String mode) {
            return """
            env { job.name = killed, job.mode = %s, checkpoint.interval = 40 }
            source { Kafka { bootstrap.servers = "%s", topic = "%s", start_mode = earliest
              format = debezium_json
              schema { fields { id = bigint, amount = bigint }
                       primaryKey { columnNames = [id] } } } }
            sink {
              Iceberg { namespace = t, table = vectors, iceberg.table.upsert-mode-enabled = true
                iceberg.table.auto-create-props { format-version = "3" }
                iceberg.table.write-props { "tarn.merge.min-input-files" = 3 } }
              Iceberg { namespace = t, table = positions, iceberg.table.upsert-mode-enabled = true
                iceberg.table.partition-keys = "bucket(id, 3)" }
            }
            """
                    .formatted(mode, topic.servers, topic.name);
        }

        @Override
        public void compare(World world, int round) throws Exception {
            for (String table : List.of("t.vectors", "t.positions")) {
                Map<Long, Long> found = new HashMap<>();
                for (Record row : world.rows(table)) {
                    Long before =
                            found.put((long) row.getField("id"), (long) row.getField("amount"));
                    assertThat(before).as("%s, twice in %s", row, table).isNull();
                }
                assertThat(found).as("%s after round %s", table, round).isEqualTo(model);
            }
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
