package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.pipeline.job.JobException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.iceberg.data.Record;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a message has besides its value, and what it means to have none.
class KafkaMessageTest {
    private static final String UPSERT = "iceberg.table.upsert-mode-enabled = true";
    private static final String KEYED =
            "schema { fields { id = bigint, name = string }, primaryKey { columnNames = [id] } }\n";

    @TempDir Path folder;

    private static String job(Topic topic, String source, String sink) {
        return """
        env { job.name = messages, tarn.checkpoint.rows = 50 }
        source { Kafka { bootstrap.servers = "%s", topic = "%s", start_mode = earliest
          %s } }
        sink { Iceberg { namespace = t, table = k, %s } }
        """
                .formatted(topic.servers, topic.name, source, sink);
    }

    private static byte @Nullable [] bytes(@Nullable String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private static void send(
            Topic topic, long at, byte @Nullable [] key, String value, String... headers) {
        var message = new ProducerRecord<>(topic.name, 0, at, key, bytes(value));
        for (String header : headers) {
            int equals = header.indexOf('=');
            message.headers()
                    .add(
                            new RecordHeader(
                                    header.substring(0, equals),
                                    bytes(header.substring(equals + 1))));
        }
        topic.producer.send(message);
    }

    @Test
    void aMessageTellsWhereItStandsAndWhatItCarries() throws Exception {
        try (var topic = new Topic("message-columns", 1);
                var world = new World(folder)) {
            send(topic, 1_700_000_000_123L, bytes("é"), "{\"id\":1}", "a=1", "b=2", "a=3");
            send(topic, 5, null, "{\"id\":2}");
            topic.producer.flush();
            String columns =
                    """
                    schema { fields { id = bigint } }
                    tarn.message_columns { topic = tp, partition = pa, offset = of, timestamp = ts,
                      key = ke, key_bytes = kb, headers = he }
                    """;

            assertThat(world.run(job(topic, columns, "")).message()).isEqualTo("finished");

            assertThat(world.table("t.k").schema().columns().stream().map(Object::toString))
                    .containsExactly(
                            "1: id: optional long",
                            "2: tp: optional string",
                            "3: pa: optional int",
                            "4: of: optional long",
                            "5: ts: optional timestamptz",
                            "6: ke: optional string",
                            "7: kb: optional binary",
                            "8: he: optional map<string, string>");
            Record first = world.rows("t.k").getFirst();
            assertThat(first.getField("tp")).isEqualTo("message-columns");
            assertThat(first.getField("pa")).isEqualTo(0);
            assertThat(first.getField("of")).isEqualTo(0L);
            assertThat(first.getField("ts")).hasToString("2023-11-14T22:13:20.123Z");
            assertThat(first.getField("ke")).isEqualTo("é");
            assertThat(first.getField("kb")).isEqualTo(ByteBuffer.wrap(bytes("é")));
            assertThat(first.getField("he")).isEqualTo(Map.of("a", "3", "b", "2"));
            Record second = world.rows("t.k").get(1);
            assertThat(second.getField("of")).isEqualTo(1L);
            assertThat(second.getField("ke")).isNull();
            assertThat(second.getField("he")).isEqualTo(Map.of());
        }
    }

    @Test
    void aKeyThatIsNoTextDoesNotFitAndLeavesNoRow() throws Exception {
        try (var topic = new Topic("message-key", 1);
                var world = new World(folder)) {
            send(topic, 1, new byte[] {-1}, "{\"id\":1}");
            send(topic, 2, bytes("k"), "{\"id\":2}");
            topic.producer.flush();
            String source =
                    """
                    schema { fields { id = bigint } }, tarn.message_columns { key = ke }
                    tarn.dead_letter_table = "t.dead"
                    """;

            assertThat(world.run(job(topic, source, "")).message()).isEqualTo("finished");

            assertThat(world.column("t.k", "id")).containsExactly(2L);
            assertThat(world.column("t.dead", "reason").toString()).contains("key_bytes takes any");
        }
    }

    @Test
    void aMessageWithoutValueDeletesTheRowOfItsKey() throws Exception {
        for (String format : List.of("json", "text")) {
            try (var topic = new Topic("tombstones-" + format, 1);
                    var world = new World(folder.resolve(format).toAbsolutePath())) {
                var random = new Random(3);
                Map<Long, String> model = new TreeMap<>();
                for (int i = 0; i < 1_000; i++) {
                    long id = random.nextInt(60);
                    byte[] key =
                            bytes(format.equals("text") ? "" + id : "{\"id\":%s}".formatted(id));
                    if (random.nextInt(3) == 0) {
                        topic.producer.send(new ProducerRecord<>(topic.name, 0, key, null));
                        model.remove(id);
                    } else {
                        send(topic, i, key, "{\"id\":%s,\"name\":\"n%s\"}".formatted(id, i));
                        model.put(id, "n" + i);
                    }
                }
                topic.producer.send(new ProducerRecord<>(topic.name, 0, bytes("?"), null));
                topic.producer.flush();
                String source =
                        KEYED
                                + """
                                tarn.tombstones = delete, tarn.key_format = %s
                                tarn.dead_letter_table = "t.dead"
                                """
                                        .formatted(format);

                assertThat(world.run(job(topic, source, UPSERT)).message()).isEqualTo("finished");

                Map<Long, String> rows = new TreeMap<>();
                world.rows("t.k")
                        .forEach(row -> rows.put((Long) row.getField("id"), "" + row.get(1)));
                assertThat(rows).isEqualTo(model).hasSizeGreaterThan(20);
                assertThat(world.rows("t.k")).hasSize(rows.size());
                assertThat(world.column("t.dead", "raw")).containsExactly("?");
            }
        }
    }

    @Test
    void canalsEventsAreFollowed() throws Exception {
        try (var topic = new Topic("canal", 1);
                var world = new World(folder)) {
            var many = new StringBuilder();
            for (int i = 0; i < 500; i++) {
                many.append(i == 0 ? "" : ",")
                        .append("{\"id\":\"%s\",\"name\":\"m%s\"}".formatted(1_000 + i, i));
            }
            for (String value :
                    List.of(
                            "{\"data\":null,\"isDdl\":true,\"sql\":\"create\",\"type\":\"CREATE\"}",
                            "{\"data\":[" + many + "],\"old\":null,\"type\":\"INSERT\"}",
                            "{\"type\":\"INSERT\",\"data\":[{\"id\":\"1\",\"name\":\"a\"},{\"id\":\"2\",\"name\":\"b\"},{\"id\":\"3\",\"name\":null}]}",
                            "{\"type\":\"UPDATE\",\"old\":[{\"name\":\"a\"},{\"id\":\"2\"}],\"data\":[{\"id\":\"1\",\"name\":\"A\"},{\"id\":\"20\",\"name\":\"b\"}]}",
                            "{\"type\":\"UPDATE\",\"old\":[{}],\"data\":[{\"id\":\"1\",\"name\":\"AA\"}]}",
                            "{\"type\":\"DELETE\",\"data\":[{\"id\":\"3\"}]}",
                            "{\"type\":\"INSERT\",\"data\":[{\"id\":\"90\",\"name\":\"x\"},{\"id\":\"y\"}]}",
                            "{\"type\":\"TRUNCATE\",\"isDdl\":true,\"data\":null}",
                            "{\"type\":\"INSERT\",\"data\":[null]}",
                            "{\"type\":\"INSERT\",\"data\":7}",
                            "{\"data\":[]}")) {
                topic.send(0, value);
            }
            topic.producer.flush();
            String source = KEYED + "format = canal_json, tarn.dead_letter_table = \"t.dead\"";

            assertThat(world.run(job(topic, source, UPSERT)).message()).isEqualTo("finished");

            Map<String, String> rows = world.byFirst("t.k");
            assertThat(rows).hasSize(502).containsEntry("1", "1|AA").containsEntry("20", "20|b");
            assertThat(world.column("t.dead", "reason").stream().map(Object::toString).toList())
                    .hasSize(5)
                    .anyMatch(reason -> reason.contains("expected bigint"))
                    .anyMatch(reason -> reason.contains("is not followed: 'TRUNCATE'"))
                    .anyMatch(reason -> reason.contains("expected rows, found null"))
                    .anyMatch(reason -> reason.contains("expected a list of rows"))
                    .anyMatch(reason -> reason.contains("expected INSERT, UPDATE or DELETE"));
        }
    }

    @Test
    void anOldRowOfCanalHasWhatDidNotChange() throws Exception {
        try (var topic = new Topic("canal-old", 1);
                var world = new World(folder)) {
            topic.send(
                    0,
                    "{\"type\":\"UPDATE\",\"old\":[{\"name\":null}],\"data\":[{\"id\":\"1\",\"name\":\"A\",\"more\":\"m\"}]}");
            topic.producer.flush();
            String job =
                    job(
                                    topic,
                                    """
                                    schema { fields { id = bigint, name = string, more = string } }
                                    format = canal_json, plugin_output = a
                                    """,
                                    "plugin_input = b")
                            .replace(
                                    "sink {",
                                    """
                                    transform { RowKindExtractor { plugin_input = a, plugin_output = b
                                      custom_field_name = kind, transform_type = SHORT } }
                                    sink {\
                                    """);

            assertThat(world.run(job).message()).isEqualTo("finished");

            assertThat(world.rows("t.k").stream().map(Object::toString))
                    .containsExactly("Record(1, null, m, -U)", "Record(1, A, m, +U)");
        }
    }

    @Test
    void whatCannotBeIsToldBefore() throws Exception {
        try (var topic = new Topic("message-refused", 1);
                var world = new World(folder)) {
            assertRefused(world, topic, "tarn.message_columns { keys = k }", "expected one of");
            assertRefused(
                    world, topic, KEYED + "tarn.message_columns { key = id }", "a new column");
            assertRefused(
                    world,
                    topic,
                    "schema { fields { id = bigint } }, tarn.tombstones = delete",
                    "delete needs schema.primaryKey");
            assertRefused(
                    world,
                    topic,
                    KEYED + "tarn.tombstones = delete, format = debezium_json",
                    "change events tell of deletes");
            assertRefused(
                    world,
                    topic,
                    KEYED + "tarn.schema_registry.url = \"http://127.0.0.1:1\"",
                    "is for format = avro");
            assertRefused(
                    world,
                    topic,
                    "schema { fields { b = bytes } }, format = canal_json",
                    "cannot be told from text");
            assertRefused(
                    world, topic, KEYED + "format = maxwell_json", "maxwell_json is not supported");
        }
    }

    private static void assertRefused(World world, Topic topic, String source, String words) {
        assertThatThrownBy(() -> world.run(job(topic, source, "")))
                .isInstanceOf(JobException.class)
                .hasMessageContaining(words);
    }
}
