package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.TextFormat;
import dev.tarn.pipeline.job.JobException;
import dev.tarn.pipeline.row.ProtoFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Messages of Protocol Buffers, whose schema a registry tells or the job.
class KafkaProtobufTest {
    private static final String ORDERS =
            """
            syntax = "proto3";
            package shop;
            import "google/protobuf/timestamp.proto";
            import "google/protobuf/wrappers.proto";
            message Order {
              string unread = 1;
              int64 id = 2;
              optional string name = 3;
              string price = 4;
              string day = 5;
              google.protobuf.Timestamp at = 6;
              Kind kind = 7;
              bytes raw = 8;
              repeated sint32 tags = 9;
              map<string, double> sizes = 10;
              Buyer buyer = 11;
              google.protobuf.Int32Value rank = 12;
              uint32 seen = 13;
              oneof way { bool picked = 14; fixed64 parcel = 15; }
              message Buyer { string zip = 1; uint64 age = 2; }
            }
            message Note { int64 id = 1; }
            enum Kind { NEW = 0; OLD = 1; }
            """;

    private static final String COLUMNS =
            """
            schema { fields { id = bigint, name = string, price = "decimal(10,2)", day = date,
              at = timestamp, kind = string, raw = bytes, tags = "array<int>",
              sizes = "map<string, double>", buyer = { age = int, zip = string }, rank = int, seen = bigint, picked = boolean, parcel = "decimal(20,0)" } }
            """;

    private static final String FULL =
            """
            unread: "much" id: 1099511627776 name: "" price: "-12.50" day: "2022-01-08"
            at { seconds: -1 nanos: 123456000 } kind: OLD raw: "\\000\\377" tags: -1 tags: 2
            sizes { key: "s" value: 1.5 } buyer { zip: "z" age: 7 } rank {} seen: 4294967295 parcel: 18446744073709551615
            """;

    @TempDir Path folder;

    private static String job(Topic topic, String options) {
        return """
        env { job.name = protobuf, tarn.checkpoint.rows = 100 }
        source { Kafka { bootstrap.servers = "%s", topic = "%s", start_mode = earliest, format = protobuf
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

    private static String given(String message) {
        return "protobuf_message_name = \"%s\"\nprotobuf_schema = \"\"\"%s\"\"\"\n"
                .formatted(message, ORDERS);
    }

    private static Descriptor type(String name) {
        FileDescriptor file = ProtoFiles.compile(ORDERS, Map.of());
        return file.findMessageTypeByName(name);
    }

    private static byte[] message(Descriptor type, String text) throws Exception {
        var builder = DynamicMessage.newBuilder(type);
        TextFormat.merge(text, builder);
        return builder.build().toByteArray();
    }

    /// Behind a registry's header; `place` is as it stands in the bytes.
    private static byte[] headed(int id, byte[] place, byte[] message) {
        return ByteString.copyFrom(
                        new byte[] {
                            0, (byte) (id >> 24), (byte) (id >> 16), (byte) (id >> 8), (byte) id
                        })
                .concat(ByteString.copyFrom(place))
                .concat(ByteString.copyFrom(message))
                .toByteArray();
    }

    private static void send(Topic topic, byte[] value) {
        topic.producer.send(new ProducerRecord<>(topic.name, 0, null, value));
    }

    @Test
    void aJobMayBringTheSchema() throws Exception {
        try (var topic = new Topic("proto-given", 1);
                var world = new World(folder)) {
            send(topic, message(type("Order"), FULL));
            send(topic, message(type("Order"), "price: '0' day: '2022-01-08' picked: true"));
            topic.producer.flush();
            assertThat(world.run(job(topic, given("Order") + COLUMNS)).message())
                    .isEqualTo("finished");
            assertThat(world.rows("t.k").stream().map(Object::toString))
                    .containsExactly(
                            "Record(1099511627776, , -12.50, 2022-01-08,"
                                + " 1969-12-31T23:59:59.123456, OLD, java.nio.HeapByteBuffer[pos=0"
                                + " lim=2 cap=2], [-1, 2], {s=1.5}, Record(7, z), 0, 4294967295,"
                                + " null, 18446744073709551615)",
                            "Record(0, null, 0.00, 2022-01-08, null, NEW,"
                                + " java.nio.HeapByteBuffer[pos=0 lim=0 cap=0], [], {}, null, null,"
                                + " 0, true, null)");
            send(topic, headed(9, new byte[] {0}, message(type("Order"), FULL)));
            topic.producer.flush();
            String headed = given("shop.Order") + COLUMNS + "strip_schema_registry_header = true";
            assertThat(world.run(job(topic, headed)).message()).isEqualTo("finished");
            assertThat(world.rows("t.k")).hasSize(3);
        }
    }

    @Test
    void eachMessageIsReadByTheTypeItWasWrittenWith() throws Exception {
        String imported =
                """
                syntax = "proto2";
                package other;
                message Zip { required string zip = 1; }
                """;
        String late =
                """
                syntax = "proto3";
                import "zip.proto";
                message Outer { message Order { int32 id = 1; other.Zip buyer = 2; string price = 3; } message Empty {} }
                """;
        FileDescriptor second = ProtoFiles.compile(late, Map.of("zip.proto", imported));
        Descriptor inner = second.findMessageTypeByName("Outer").findNestedTypeByName("Order");
        try (var topic = new Topic("proto-registered", 1);
                var registry = new Registry();
                var world = new World(folder)) {
            registry.protobuf(7, ORDERS);
            registry.answer(
                    "/schemas/ids/1000000007",
                    Map.of(
                            "schemaType",
                            "PROTOBUF",
                            "schema",
                            late,
                            "references",
                            List.of(Map.of("name", "zip.proto", "subject", "a b", "version", 3))));
            registry.answer(
                    "/subjects/a%20b/versions/3",
                    Map.of("schemaType", "PROTOBUF", "schema", imported));
            byte[] order = message(type("Order"), FULL);
            send(topic, headed(7, new byte[] {0}, order));
            // Two numbers, 0 and 0: the first type in the first.
            send(
                    topic,
                    headed(
                            1_000_000_007,
                            new byte[] {4, 0, 0},
                            message(inner, "id: 2 buyer { zip: 'y' } price: '1'")));
            // One number, 1: the second type.
            send(topic, headed(7, new byte[] {2, 2}, message(type("Note"), "id: 3")));
            send(topic, headed(7, new byte[] {2, 0}, order));
            topic.producer.flush();
            assertThat(world.run(job(topic, registered(registry) + COLUMNS)).message())
                    .isEqualTo("finished");
            assertThat(world.column("t.k", "id")).containsExactly(1L << 40, 2L, 3L, 1L << 40);
            assertThat(world.column("t.k", "buyer").toString())
                    .isEqualTo("[Record(7, z), Record(null, y), null, Record(7, z)]");
            assertThat(registry.asked)
                    .containsOnlyOnce("/schemas/ids/7", "/schemas/ids/1000000007");
        }
    }

    @Test
    void whatIsNoSuchMessageIsKeptWithItsReason() throws Exception {
        try (var topic = new Topic("proto-bad", 1);
                var registry = new Registry();
                var world = new World(folder)) {
            registry.protobuf(1, ORDERS);
            registry.schema(2, "\"string\"");
            byte[] good = message(type("Order"), "id: 1 price: '1' day: '2022-01-08'");
            byte[] first = {0};
            send(topic, "{}".getBytes(StandardCharsets.UTF_8));
            send(topic, headed(99, first, good));
            send(topic, headed(2, first, good));
            send(topic, headed(1, new byte[] {2, 18}, good));
            send(topic, headed(1, new byte[] {1}, good));
            send(topic, headed(1, new byte[0], new byte[0]));
            // A text of many bytes, of which one is there.
            send(topic, headed(1, first, new byte[] {10, 127, 'x'}));
            send(topic, headed(1, first, message(type("Order"), "id: 1 price: 'much'")));
            send(
                    topic,
                    headed(
                            1,
                            first,
                            message(
                                    type("Order"),
                                    "price: '1' day: '2022-01-08' at { nanos: 1 }")));
            send(
                    topic,
                    headed(
                            1,
                            first,
                            message(
                                    type("Order"),
                                    "price: '1' day: '2022-01-08' buyer { age: 3000000000 }")));
            // The end of a group, where none began.
            send(topic, headed(1, first, new byte[] {12, 1, 2, 3}));
            send(topic, headed(1, first, good));
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
            assertThat(
                            world.rows("t.dead").stream()
                                    .map(row ->
                                            row.getField("column") + ": " + row.getField("reason"))
                                    .toList())
                    .hasSize(11)
                    .anyMatch(reason -> reason.contains("found the byte 123"))
                    .anyMatch(reason -> reason.contains("schema 99 is not in the registry"))
                    .anyMatch(
                            reason -> reason.contains("expected a schema of PROTOBUF, found AVRO"))
                    .anyMatch(reason -> reason.contains("schema 1 has no type at [9]"))
                    .anyMatch(reason -> reason.contains("found a depth of -1"))
                    .anyMatch(reason -> reason.contains("not a message of shop.Order"))
                    .contains("price: expected decimal(10, 2), found string 'much'")
                    .anyMatch(reason ->
                            reason.startsWith(
                                    "at: expected timestamp, found google.protobuf.Timestamp"))
                    .contains("buyer.age: expected int, found uint64 '3000000000'");
        }
    }

    @Test
    void aMistakeInTheJobIsNamed() throws Exception {
        try (var topic = new Topic("proto-wrong", 1);
                var world = new World(folder)) {
            assertThatThrownBy(() -> world.run(job(topic, COLUMNS)))
                    .isInstanceOf(JobException.class)
                    .hasMessageContaining("protobuf_schema or tarn.schema_registry.url");
            assertThatThrownBy(() -> world.run(job(topic, COLUMNS + "protobuf_schema = \"x\"")))
                    .hasMessageContaining("protobuf_message_name: missing");
            assertThatThrownBy(() -> world.run(job(topic, COLUMNS + given("Nothing"))))
                    .hasMessageContaining("one of [shop.Order, shop.Note], found Nothing");
            assertThatThrownBy(() ->
                            world.run(
                                    job(
                                            topic,
                                            COLUMNS
                                                    + given("Order")
                                                            .replace("uint32 seen", "Nope seen"))))
                    .hasMessageContaining("not a schema of Protocol Buffers")
                    .hasMessageContaining("unable to resolve Nope");
            assertThatThrownBy(() ->
                            world.run(
                                    job(
                                            topic,
                                            COLUMNS
                                                    + given("Order")
                                                            .replace("google/protobuf/w", "w"))))
                    .hasMessageContaining("wrappers.proto is imported and not there");
        }
    }
}
