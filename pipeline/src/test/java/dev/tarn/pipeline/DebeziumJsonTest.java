package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Change events of Debezium in a topic, and the table that follows them.
class DebeziumJsonTest {
    private static final String SCHEMA =
            "\"schema\":{\"type\":\"struct\",\"fields\":[{\"field\":\"before\"},{\"field\":\"op\"}]},";

    @TempDir Path folder;

    private static String job(Topic topic, String source, String sink) {
        return """
        env { job.name = changes, tarn.checkpoint.rows = 50 }
        source { Kafka { bootstrap.servers = "%s", topic = "%s", start_mode = earliest
          format = debezium_json, %s
          schema { fields { id = bigint, name = string, born = date, at = timestamp, price = "decimal(10,2)" }
                   primaryKey { columnNames = [id] } } } }
        sink { Iceberg { namespace = t, table = people, %s } }
        """
                .formatted(topic.servers, topic.name, source, sink);
    }

    private static String row(long id, String name) {
        return """
        {"id":%s,"name":"%s","born":%s,"at":%s,"price":"%s.25","more":{"before":[1]}}\
        """
                .formatted(id, name, id % 20_000, 1_700_000_000_000_000L + id, id);
    }

    private static String event(String op, String before, String after, boolean schema) {
        String event =
                "{\"before\":%s,\"after\":%s,\"source\":{\"op\":\"x\",\"after\":{}},\"op\":\"%s\"}"
                        .formatted(before, after, op);
        return schema ? "{" + SCHEMA + "\"payload\":" + event + "}" : event;
    }

    @Test
    void theTableIsWhatTheSourceIs() throws Exception {
        try (var topic = new Topic("debezium", 2);
                var world = new World(folder)) {
            var random = new Random(11);
            Map<Long, String> model = new TreeMap<>();
            for (int run = 0; run < 4; run++) {
                for (int i = 0; i < 300; i++) {
                    change(topic, model, random);
                }
                topic.producer.flush();
                Progress progress =
                        world.run(
                                job(
                                        topic,
                                        "tarn.epoch_unit = micros",
                                        "iceberg.table.upsert-mode-enabled = true"));
                assertThat(progress.message()).isEqualTo("finished");
                Map<Long, String> found = new TreeMap<>();
                for (Record row : world.rows("t.people")) {
                    long id = (long) row.getField("id");
                    assertThat(found.put(id, (String) row.getField("name"))).isNull();
                    assertThat(row.getField("price")).hasToString(id + ".25");
                    assertThat(row.getField("born")).isEqualTo(LocalDate.ofEpochDay(id));
                    assertThat(row.getField("at").toString()).startsWith("2023-11-14T22:13:20");
                }
                assertThat(found).as("run %s", run).isEqualTo(model);
            }
        }
    }

    private static void change(Topic topic, Map<Long, String> model, Random random) {
        long id = random.nextInt(60);
        String name = "n" + random.nextInt(1_000_000);
        String before = model.get(id);
        boolean schema = random.nextBoolean();
        // Some sources log no more of the row before than its key.
        String old = random.nextBoolean() ? row(id, before) : "{\"id\":" + id + "}";
        int partition = (int) (id % 2);
        if (before == null) {
            String op = random.nextBoolean() ? "c" : "r";
            topic.send(partition, event(op, "null", row(id, name), schema));
            model.put(id, name);
        } else if (random.nextInt(3) == 0) {
            topic.send(partition, event("d", old, "null", schema));
            topic.send(partition, null);
            model.remove(id);
        } else {
            String image = random.nextBoolean() ? old : "null";
            topic.send(partition, event("u", image, row(id, name), schema));
            model.put(id, name);
        }
    }

    @Test
    void whatDoesNotFitIsKeptWithItsReason() throws Exception {
        try (var topic = new Topic("debezium-bad", 1);
                var world = new World(folder)) {
            topic.send(0, event("c", "null", row(1, "one"), false));
            topic.send(0, "{\"id\":1}");
            topic.send(0, event("d", "null", "null", false));
            topic.send(0, event("t", "null", "null", true));
            topic.send(0, event("u", "{\"id\":1}", "{\"id\":\"x\"}", true));
            topic.send(0, event("c", "null", "{\"name\":\"no key\"}", false));
            topic.send(0, "[1]");
            topic.send(0, event("m", "null", "null", false));
            topic.producer.flush();
            String job =
                    job(
                            topic,
                            "tarn.dead_letter_table = \"t.dead\"",
                            "iceberg.table.upsert-mode-enabled = true");
            assertThat(world.run(job).message()).isEqualTo("finished");

            List<String> reasons =
                    world.column("t.dead", "reason").stream().map(Object::toString).toList();
            assertThat(reasons)
                    .hasSize(7)
                    .anyMatch(reason -> reason.contains("set tarn.epoch_unit"))
                    .anyMatch(reason -> reason.contains("expected an event of Debezium"))
                    .anyMatch(reason -> reason.contains("REPLICA IDENTITY"))
                    .anyMatch(reason -> reason.contains("the table was truncated"))
                    .anyMatch(reason -> reason.contains("expected bigint"))
                    .anyMatch(reason -> reason.contains("expected a value, found null"))
                    .anyMatch(reason -> reason.contains("expected a JSON object"));
            assertThat(world.rows("t.people")).isEmpty();
        }
    }
}
