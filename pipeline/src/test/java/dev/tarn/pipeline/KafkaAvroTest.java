package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.pipeline.job.JobException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.avro.Conversions;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Records of Avro, whose schema a registry tells or the job.
class KafkaAvroTest {
    private static final Schema FIRST =
            new Schema.Parser()
                    .parse(
                            """
                            { "type": "record", "name": "Order", "fields": [
                              { "name": "unread", "type": { "type": "array", "items": "string" } },
                              { "name": "id", "type": "int" },
                              { "name": "name", "type": ["null", "string"] },
                              { "name": "price", "type": { "type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2 } },
                              { "name": "day", "type": { "type": "int", "logicalType": "date" } },
                              { "name": "at", "type": { "type": "long", "logicalType": "timestamp-millis" } },
                              { "name": "kind", "type": { "type": "enum", "name": "Kind", "symbols": ["NEW", "OLD"] } },
                              { "name": "raw", "type": "bytes" },
                              { "name": "tags", "type": { "type": "array", "items": ["null", "string"] } },
                              { "name": "sizes", "type": { "type": "map", "values": "double" } },
                              { "name": "buyer", "type": ["null", { "type": "record", "name": "Buyer", "fields": [
                                { "name": "zip", "type": "string" }, { "name": "age", "type": "int" } ] }] }
                            ] }
                            """);

    /// A later one: `id` is wider, `name` is not there, `price` is text.
    private static final Schema SECOND =
            new Schema.Parser()
                    .parse(
                            """
                            { "type": "record", "name": "Order", "fields": [
                              { "name": "id", "type": "long" }, { "name": "price", "type": "string" } ] }
                            """);

    private static final String COLUMNS =
            """
            schema { fields { id = bigint, name = string, price = "decimal(10,2)", day = date,
              at = timestamp, kind = string, raw = bytes, tags = "array<string>",
              sizes = "map<string, double>", buyer = { age = int, zip = string } } }
            """;

    @TempDir Path folder;

    private static String job(Topic topic, String options) {
        return """
        env { job.name = avro, tarn.checkpoint.rows = 100 }
        source { Kafka { bootstrap.servers = "%s", topic = "%s", start_mode = earliest, format = avro
          %s } }
        sink { Iceberg { namespace = t, table = k } }
        """
                .formatted(topic.servers, topic.name, options);
    }

    private static String registered(Registry registry) {
        return """
        tarn.schema_registry.url = "%s/"
        tarn.schema_registry.username = ann, tarn.schema_registry.password = secret
        """
                .formatted(registry.uri());
    }

    private static GenericRecord order(int id) {
        Schema buyer = FIRST.getField("buyer").schema().getTypes().get(1);
        GenericRecord ann = new GenericData.Record(buyer);
        ann.put("zip", "z");
        ann.put("age", 7);
        GenericRecord order = new GenericData.Record(FIRST);
        order.put("unread", List.of("a", "b"));
        order.put("id", id);
        order.put("name", id % 2 == 0 ? null : "n" + id);
        order.put(
                "price",
                new Conversions.DecimalConversion()
                        .toBytes(
                                new BigDecimal("-12.50"),
                                FIRST.getField("price").schema(),
                                LogicalTypes.decimal(9, 2)));
        order.put("day", 19_000);
        order.put("at", 1_700_000_000_123L);
        order.put("kind", new GenericData.EnumSymbol(FIRST.getField("kind").schema(), "OLD"));
        order.put("raw", ByteBuffer.wrap(new byte[] {0, -1}));
        order.put("tags", Arrays.asList("x", null));
        order.put("sizes", Map.of("s", 1.5));
        order.put("buyer", id % 2 == 0 ? null : ann);
        return order;
    }

    private static byte[] encoded(Schema schema, GenericRecord row) throws IOException {
        var out = new ByteArrayOutputStream();
        var encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(schema).write(row, encoder);
        encoder.flush();
        return out.toByteArray();
    }

    private static byte[] headed(int id, byte[] record) {
        return ByteBuffer.allocate(5 + record.length).put((byte) 0).putInt(id).put(record).array();
    }

    private static GenericRecord second(long id, String price) {
        GenericRecord row = new GenericData.Record(SECOND);
        row.put("id", id);
        row.put("price", price);
        return row;
    }

    private static void send(Topic topic, byte[] value) {
        topic.producer.send(new ProducerRecord<>(topic.name, 0, null, value));
    }

    @Test
    void eachRecordIsReadByTheSchemaItWasWrittenWith() throws Exception {
        try (var topic = new Topic("avro-registered", 1);
                var registry = new Registry();
                var world = new World(folder)) {
            registry.schema(7, FIRST.toString());
            registry.schema(1_000_000_007, SECOND.toString());
            send(topic, headed(7, encoded(FIRST, order(1))));
            send(topic, headed(1_000_000_007, encoded(SECOND, second(1L << 40, "3.25"))));
            send(topic, headed(7, encoded(FIRST, order(2))));
            topic.producer.flush();

            Progress progress = world.run(job(topic, registered(registry) + COLUMNS));

            assertThat(progress.message()).isEqualTo("finished");
            assertThat(world.rows("t.k").stream().map(Object::toString))
                    .containsExactly(
                            "Record(1, n1, -12.50, 2022-01-08, 2023-11-14T22:13:20.123, OLD,"
                                + " java.nio.HeapByteBuffer[pos=0 lim=2 cap=2], [x, null], {s=1.5},"
                                + " Record(7, z))",
                            "Record(1099511627776, null, 3.25, null, null, null, null, null, null,"
                                    + " null)",
                            "Record(2, null, -12.50, 2022-01-08, 2023-11-14T22:13:20.123, OLD,"
                                + " java.nio.HeapByteBuffer[pos=0 lim=2 cap=2], [x, null], {s=1.5},"
                                + " null)");
            assertThat(registry.asked).containsExactly("/schemas/ids/7", "/schemas/ids/1000000007");
        }
    }

    @Test
    void whatIsNoSuchRecordIsKeptWithItsReason() throws Exception {
        try (var topic = new Topic("avro-bad", 1);
                var registry = new Registry();
                var world = new World(folder)) {
            registry.schema(1, SECOND.toString());
            registry.schema(2, "\"string\"");
            registry.answer("/schemas/ids/3", Map.of("schemaType", "PROTOBUF", "schema", "x"));
            byte[] good = encoded(SECOND, second(1, "1"));
            send(topic, "{}".getBytes(StandardCharsets.UTF_8));
            send(topic, new byte[0]);
            send(topic, headed(99, good));
            send(topic, headed(99, good));
            send(topic, headed(2, good));
            send(topic, headed(3, good));
            send(topic, headed(1, new byte[] {2}));
            send(topic, headed(1, new byte[] {2, 2, 'x', 9}));
            // A text of 2 GiB, of which two bytes are there.
            send(topic, headed(1, new byte[] {2, -4, -1, -1, -1, 15, 'x', 'y'}));
            send(topic, headed(1, encoded(SECOND, second(2, "much"))));
            send(topic, headed(1, good));
            topic.producer.flush();

            Progress progress =
                    world.run(
                            job(
                                    topic,
                                    registered(registry)
                                            + COLUMNS
                                            + "tarn.dead_letter_table = \"t.dead\""));

            assertThat(progress.message()).isEqualTo("finished");
            assertThat(world.column("t.k", "id")).containsExactly(1L);
            assertThat(world.column("t.dead", "reason").stream().map(Object::toString).toList())
                    .hasSize(10)
                    .anyMatch(reason -> reason.contains("found the byte 123"))
                    .anyMatch(reason -> reason.contains("found nothing"))
                    .anyMatch(reason -> reason.contains("schema 99 is not in the registry"))
                    .anyMatch(reason -> reason.contains("found a schema for string"))
                    .anyMatch(reason -> reason.contains("found PROTOBUF"))
                    .anyMatch(reason -> reason.contains("not a record of its schema"))
                    .anyMatch(reason -> reason.contains("bytes behind it"))
                    .anyMatch(reason -> reason.contains("expected decimal(10, 2)"));
        }
    }

    @Test
    void aRegistryThatDoesNotAnswerEndsTheRunAndNothingIsSkipped() throws Exception {
        try (var topic = new Topic("avro-down", 1);
                var world = new World(folder)) {
            send(topic, headed(1, encoded(SECOND, second(1, "1"))));
            topic.producer.flush();
            Registry down = new Registry();
            down.close();
            String options =
                    COLUMNS + "format_error_handle_way = skip, tarn.dead_letter_table = \"t.dead\"";

            assertThat(world.run(job(topic, registered(down) + options)).message())
                    .contains("The schema registry at http://127.0.0.1:")
                    .contains("does not answer");
            try (var registry = new Registry()) {
                registry.schema(1, SECOND.toString());
                String wrong = registered(registry).replace("secret", "other");
                assertThat(world.run(job(topic, wrong + options)).message()).contains("status 401");
                assertThat(world.run(job(topic, registered(registry) + options)).message())
                        .isEqualTo("finished");
            }
            assertThat(world.column("t.k", "id")).containsExactly(1L);
        }
    }

    @Test
    void aSchemaMayUseNamesOfOthers() throws Exception {
        String outer =
                """
                { "type": "record", "name": "Outer", "fields": [
                  { "name": "id", "type": "int" }, { "name": "buyer", "type": "shop.Buyer" } ] }
                """;
        String inner =
                """
                { "type": "record", "name": "Buyer", "namespace": "shop", "fields": [
                  { "name": "zip", "type": "string" }, { "name": "age", "type": "int" } ] }
                """;
        var parser = new Schema.Parser();
        Schema buyer = parser.parse(inner);
        Schema both = parser.parse(outer);
        GenericRecord ann = new GenericData.Record(buyer);
        ann.put("zip", "z");
        ann.put("age", 7);
        GenericRecord row = new GenericData.Record(both);
        row.put("id", 5);
        row.put("buyer", ann);
        try (var topic = new Topic("avro-names", 1);
                var registry = new Registry();
                var world = new World(folder)) {
            registry.answer(
                    "/schemas/ids/4",
                    Map.of(
                            "schema",
                            outer,
                            "references",
                            List.of(Map.of("name", "shop.Buyer", "subject", "a b", "version", 3))));
            registry.answer("/subjects/a%20b/versions/3", Map.of("schema", inner));
            send(topic, headed(4, encoded(both, row)));
            topic.producer.flush();

            assertThat(world.run(job(topic, registered(registry) + COLUMNS)).message())
                    .isEqualTo("finished");
            assertThat(world.column("t.k", "buyer").toString()).isEqualTo("[Record(7, z)]");
        }
    }

    @Test
    void aJobMayBringTheSchema() throws Exception {
        try (var topic = new Topic("avro-given", 1);
                var world = new World(folder)) {
            send(topic, encoded(SECOND, second(1, "1")));
            topic.producer.flush();
            String given = "avro_schema = \"\"\"" + SECOND + "\"\"\"\n" + COLUMNS;
            assertThat(world.run(job(topic, given)).message()).isEqualTo("finished");
            send(topic, headed(3, encoded(SECOND, second(2, "2"))));
            topic.producer.flush();
            assertThat(
                            world.run(job(topic, given + "strip_schema_registry_header = true"))
                                    .message())
                    .isEqualTo("finished");
            assertThat(world.column("t.k", "id")).containsExactlyInAnyOrder(1L, 2L);

            assertThatThrownBy(() -> world.run(job(topic, COLUMNS)))
                    .isInstanceOf(JobException.class)
                    .hasMessageContaining("avro_schema or tarn.schema_registry.url");
            assertThatThrownBy(() -> world.run(job(topic, "avro_schema = \"{\"")))
                    .isInstanceOf(JobException.class)
                    .hasMessageContaining("not a schema of Avro")
                    .hasMessageContaining("schema: missing");
        }
    }
}
