package dev.tarn.app.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DynamicMessage;
import com.google.protobuf.TextFormat;
import com.sun.net.httpserver.HttpServer;
import dev.tarn.pipeline.row.ProtoFiles;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Job files on a SeaTunnel 2.3.8: handed over by `pipeline submit`, and loading the same tables as
/// Tarn's own runner.
@Needs(Tool.SEATUNNEL)
class SeaTunnelTest {
    private static final Duration COMMAND_DURATION_MAX = Duration.ofMinutes(2);
    private static final Pattern JOB = Pattern.compile("job (\\d+)");

    @TempDir private static Path folder;
    private static Platform platform;
    private static SeaTunnel seatunnel;

    @BeforeAll
    static void start() throws IOException {
        Path data = Files.createDirectories(folder.resolve("data"));
        Files.writeString(
                data.resolve("tarn.conf"),
                "storage { kind = local }, catalog.port = " + Ports.free());
        platform = Platform.start(data, "--no-sql");
        seatunnel = SeaTunnel.start(folder.resolve("seatunnel"));
    }

    @AfterAll
    static void stop() {
        if (seatunnel != null) {
            seatunnel.close();
        }
        if (platform != null) {
            platform.close();
        }
    }

    @Test
    void aJobIsStoppedWithASavepointAndGoesOnFromIt() throws IOException {
        Path job = stream("on_and_on");
        Child.Ended submitted = submit(job, "--detach");
        assertThat(submitted.status()).as(submitted.err()).isZero();
        assertThat(submitted.out()).contains("on_and_on: submitted to SeaTunnel 2.3.8, job ");
        String id = id(submitted);

        Child.Ended running = submit(job, "--detach", "--restore", id);
        assertThat(running.status()).isOne();
        assertThat(running.err()).contains("Job " + id + " is running");

        Child.Ended stopped = cluster("stop", id);
        assertThat(stopped.out()).contains("on_and_on: savepoint_done, job " + id);
        assertThat(stopped.status()).isZero();
        Child.Ended again = cluster("stop", id);
        assertThat(again.status()).isOne();
        assertThat(again.err()).contains("has ended already: SAVEPOINT_DONE");

        Child.Ended restored = submit(job, "--detach", "--restore", id);
        assertThat(id(restored)).isEqualTo(id);
        assertThat(platformSees(id)).contains("\"isStartWithSavePoint\":true");
        assertThat(cluster("stop", id, "--without-savepoint").out()).contains("canceled");
    }

    @Test
    void aClusterIsAlsoFoundByThePathsOfV2() throws IOException {
        Path job = Files.writeString(folder.resolve("batch.conf"), fake("BATCH", "a_batch"));
        HttpServer front = seatunnel.withPathsOfV2();
        try {
            String address =
                    "http://127.0.0.1:%d/seatunnel/".formatted(front.getAddress().getPort());
            Child.Ended run = tarn("submit", "--cluster", address, job.toString());
            assertThat(run.status()).as(run.err()).isZero();
            assertThat(run.out()).contains("a_batch: finished", "3 rows read, 3 written");
        } finally {
            front.stop(0);
        }
    }

    @Test
    void whatGoesWrongIsSaidInTheClustersWords() throws IOException {
        Path job = stream("wrong");
        Child.Ended nobody =
                tarn("submit", "--cluster", "http://127.0.0.1:" + Ports.free(), job.toString());
        assertThat(nobody.status()).isEqualTo(3);
        assertThat(nobody.err()).contains("No SeaTunnel cluster answers at http://127.0.0.1:");
        Child.Ended other = tarn("submit", "--cluster", origin(), job.toString());
        assertThat(other.status()).isOne();
        assertThat(other.err()).contains("does not answer like a SeaTunnel cluster");

        String text = fake("BATCH", "wrong");
        Path unknown = Files.writeString(folder.resolve("u.conf"), text.replace("Fake", "Fakes"));
        assertThat(submit(unknown).err())
                .contains("refuses the job wrong", "'FakesSource'", "not found");
        Path variable =
                Files.writeString(
                        folder.resolve("v.conf"), text.replace("\"wrong\"", "\"${who}\""));
        assertThat(submit(variable).err()).contains("v.conf:1: variable who has no value");
        assertThat(submit(variable, "-i", "who=it").out()).contains("it: finished");
        assertThat(cluster("stop", "12").err()).contains("knows no job 12");

        Path lines = Files.writeString(folder.resolve("lines.json"), "{\"id\": 1}\nno json\n");
        String reading =
                text.replace("\"BATCH\"", "\"BATCH\", job.retry.times = 0")
                        .replace(
                                "FakeSource { plugin_output = \"rows\", row.num = 3,",
                                "LocalFile { plugin_output = \"rows\", path = \"%s\", file_format_type = json,"
                                        .formatted(lines));
        Child.Ended ended = submit(Files.writeString(folder.resolve("broken.conf"), reading));
        assertThat(ended.status()).isOne();
        assertThat(ended.out()).contains("wrong: failed, job ");
        assertThat(ended.err()).contains("Unrecognized token 'no'").doesNotContain("\tat ");
    }

    @Test
    void fixedRowsLoadTheSameTable() throws IOException {
        bothLoadTheSame(
                "fake",
                3,
                """
                FakeSource {
                  plugin_output = rows
                  schema { fields { id = bigint, name = string, price = "decimal(10, 2)", active = boolean } }
                  rows = [
                    { kind = INSERT, fields = [1, "one", 1.50, true] }
                    { kind = INSERT, fields = [2, null, -0.25, false] }
                    { kind = INSERT, fields = [3, "drei äöü", 99999999.99, null] }
                  ]
                }\
                """);
    }

    @Test
    void jsonLinesLoadTheSameTable() throws IOException {
        Path rows = folder.resolve("rows.json");
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            lines.add(
                    """
                    {"id":%d,"name":"n \\"%d\\" \\u00e4","age":%d,"price":%d.25,"score":%d.125,"ratio":0.5,"active":%b,"born":"2024-02-%02d","tags":["a","%d"]}\
                    """
                            .formatted(i, i, i % 90, i, i, i % 2 == 0, 1 + i % 29, i));
        }
        lines.add("{\"id\":500,\"name\":null}");
        Files.write(rows, lines);
        bothLoadTheSame("json", 501, files(rows, "json", ", tags = \"array<string>\""));
    }

    @Test
    void csvLoadsTheSameTable() throws IOException {
        Path rows = folder.resolve("rows.csv");
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            lines.add(
                    "%d,n %d,%d,%d.25,%d.125,0.5,%b,2024-02-%02d"
                            .formatted(i, i, i % 90, i, i, i % 2 == 0, 1 + i % 29));
        }
        Files.write(rows, lines);
        bothLoadTheSame("csv", 500, files(rows, "csv", ""));
    }

    @Test
    void foldersOfAPartitionedTableLoadTheSameTable() throws IOException {
        Path root = folder.resolve("parts");
        for (int day = 1; day <= 3; day++) {
            Path below = Files.createDirectories(root.resolve("day=2024-02-0" + day + "/place=b"));
            Files.writeString(
                    below.resolve("rows.json"),
                    "{\"id\":%d,\"name\":\"a\",\"price\":1.25}\n{\"id\":%d}\n"
                            .formatted(day, 10 + day));
        }
        bothLoadTheSame("folders", 6, files(root, "json", ""));
    }

    @Test
    void aQueryOfPostgresqlLoadsTheSameTable() throws IOException, SQLException {
        try (EmbeddedPostgres postgres =
                EmbeddedPostgres.builder().setServerConfig("fsync", "off").start()) {
            try (Connection connection = postgres.getPostgresDatabase().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute(
                        """
                        CREATE TABLE people AS SELECT i::bigint AS id, 'n ' || i AS name, (i % 90)::int AS age,
                          (i + 0.25)::numeric(10,2) AS price, i / 8.0::double precision AS score, i % 2 = 0 AS active,
                          DATE '2024-02-01' + i % 29 AS born FROM generate_series(1, 500) i\
                        """);
            }
            bothLoadTheSame(
                    "jdbc",
                    500,
                    """
                    Jdbc {
                      plugin_output = rows
                      url = "jdbc:postgresql://127.0.0.1:%d/postgres", driver = "org.postgresql.Driver"
                      user = postgres, password = postgres
                      query = "select id, name, age, price, score, active, born from people"
                    }\
                    """
                            .formatted(postgres.getPort()));
        }
    }

    @Test
    void aTopicLoadsTheSameTable() throws Exception {
        try (KafkaBroker broker = KafkaBroker.start(folder.resolve("kafka"))) {
            Map<String, Object> settings = Map.of("bootstrap.servers", broker.address());
            try (Admin admin = Admin.create(settings)) {
                admin.createTopics(List.of(new NewTopic("people", 2, (short) 1))).all().get();
            }
            try (var producer =
                    new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
                for (int i = 0; i < 500; i++) {
                    String value =
                            "{\"id\":%d,\"name\":\"n %d\",\"price\":%d.25,\"active\":%b,\"born\":\"2024-02-%02d\"}"
                                    .formatted(i, i, i, i % 2 == 0, 1 + i % 29);
                    producer.send(new ProducerRecord<>("people", Integer.toString(i), value));
                }
                producer.send(
                        new ProducerRecord<>("people", "last", "{\"id\":500,\"price\":null}"));
            }
            bothLoadTheSame(
                    "kafka",
                    501,
                    """
                    Kafka {
                      plugin_output = rows
                      bootstrap.servers = "%s", topic = people, start_mode = earliest, format = json
                      schema { fields { id = bigint, name = string, price = "decimal(10, 2)", active = boolean,
                        born = date } }
                    }\
                    """
                            .formatted(broker.address()));
        }
    }

    @Test
    void messagesOfProtocolBuffersLoadTheSameTable() throws Exception {
        String schema =
                """
                syntax = "proto3";
                message Person { int64 id = 1; string name = 2; int32 age = 3; double score = 4; bool active = 5; map<string, int32> marks = 6; }
                """;
        var person = ProtoFiles.compile(schema, Map.of()).findMessageTypeByName("Person");
        try (KafkaBroker broker = KafkaBroker.start(folder.resolve("kafka-protobuf"))) {
            Map<String, Object> settings = Map.of("bootstrap.servers", broker.address());
            try (Admin admin = Admin.create(settings)) {
                admin.createTopics(List.of(new NewTopic("coded", 2, (short) 1))).all().get();
            }
            try (var producer =
                    new KafkaProducer<>(
                            settings, new StringSerializer(), new ByteArraySerializer())) {
                for (int i = 0; i < 300; i++) {
                    var message = DynamicMessage.newBuilder(person);
                    TextFormat.merge(
                            "id: %d name: 'n %d' age: %d score: %d.5 active: %b marks { key: 'm' value: %d }"
                                    .formatted(i, i, i - 150, i, i % 2 == 0, i),
                            message);
                    byte[] value = message.build().toByteArray();
                    producer.send(new ProducerRecord<>("coded", Integer.toString(i), value));
                }
            }
            bothLoadTheSame(
                    "protobuf",
                    300,
                    """
                    Kafka {
                      plugin_output = rows
                      bootstrap.servers = "%s", topic = coded, start_mode = earliest, format = protobuf
                      protobuf_message_name = Person
                      protobuf_schema = \"\"\"%s\"\"\"
                      schema { fields { id = bigint, name = string, age = int, score = double, active = boolean,
                        marks = "map<string, int>" } }
                    }\
                    """
                            .formatted(broker.address(), schema));
        }
    }

    private static String files(Path path, String format, String more) {
        return """
        LocalFile {
          plugin_output = rows
          path = "%s", file_format_type = "%s"
          schema { fields { id = bigint, name = string, age = int, price = "decimal(10, 2)", score = double,
            ratio = float, active = boolean, born = date%s } }
        }\
        """
                .formatted(path, format, more);
    }

    /// One job file, run by Tarn and by SeaTunnel into two tables of one catalog.
    private static void bothLoadTheSame(String name, int rows, String source) throws IOException {
        Path job =
                Files.writeString(
                        folder.resolve(name + ".conf"),
                        """
                        env { job.name = "parity_%s", job.mode = "BATCH" }
                        source { %s }
                        sink {
                          Iceberg {
                            plugin_input = rows
                            namespace = "parity", table = "${table}"
                            iceberg.catalog.config = { type = rest, uri = "%s", warehouse = lake }
                          }
                        }
                        """
                                .formatted(name, source, platform.catalog()));
        Child.Ended own =
                platform.run(
                        "pipeline", "run", job.toString(), "-i", "table=%s_tarn".formatted(name));
        assertThat(own.status()).as("%s%n%s", own.out(), own.err()).isZero();
        Child.Ended peer = submit(job, "-i", "table=%s_seatunnel".formatted(name));
        assertThat(peer.status()).as("%s%n%s", peer.out(), peer.err()).isZero();

        try (RESTCatalog catalog = new RESTCatalog()) {
            catalog.initialize(
                    "tarn",
                    Map.of(
                            "uri",
                            platform.catalog().toString(),
                            "warehouse",
                            "lake",
                            "io-impl",
                            PlainFiles.class.getName(),
                            "rest-metrics-reporting-enabled",
                            "false"));
            Table tarn = catalog.loadTable(TableIdentifier.of("parity", name + "_tarn"));
            Table other = catalog.loadTable(TableIdentifier.of("parity", name + "_seatunnel"));
            assertThat(tarn.schema().asStruct()).isEqualTo(other.schema().asStruct());
            assertThat(rows(tarn)).hasSize(rows).isEqualTo(rows(other));
        }
    }

    private static List<String> rows(Table table) throws IOException {
        try (CloseableIterable<Record> read = IcebergGenerics.read(table).build()) {
            List<String> rows = new ArrayList<>();
            read.forEach(row -> rows.add(row.toString()));
            return rows.stream().sorted().toList();
        }
    }

    private static Path stream(String name) throws IOException {
        return Files.writeString(folder.resolve(name + ".conf"), fake("STREAMING", name));
    }

    private static String fake(String mode, String name) {
        return """
        env { job.name = "%s", job.mode = "%s" }
        source { FakeSource { plugin_output = "rows", row.num = 3, schema { fields { id = bigint } } } }
        sink { Console { plugin_input = "rows" } }
        """
                .formatted(name, mode);
    }

    private static String origin() {
        return "http://" + platform.catalog().getAuthority();
    }

    private static String platformSees(String id) throws IOException {
        try (var in =
                seatunnel
                        .address()
                        .resolve("/hazelcast/rest/maps/job-info/" + id)
                        .toURL()
                        .openStream()) {
            return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
    }

    private static String id(Child.Ended submitted) {
        Matcher matcher = JOB.matcher(submitted.out());
        assertThat(matcher.find()).as("%s%n%s", submitted.out(), submitted.err()).isTrue();
        return matcher.group(1);
    }

    private static Child.Ended submit(Path job, String... options) {
        List<String> words = new ArrayList<>(List.of(options));
        words.add(job.toString());
        return cluster("submit", words.toArray(String[]::new));
    }

    private static Child.Ended cluster(String command, String... words) {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of("--cluster", seatunnel.address().toString()));
        all.addAll(List.of(words));
        return tarn(all.toArray(String[]::new));
    }

    private static Child.Ended tarn(String... words) {
        List<String> all = new ArrayList<>(List.of("pipeline"));
        all.addAll(List.of(words));
        return Child.run(Platform.tarn(all), Map.of(), COMMAND_DURATION_MAX);
    }
}
