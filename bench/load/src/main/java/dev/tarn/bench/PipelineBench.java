package dev.tarn.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/// The program behind `bench/pipelines`: files and messages of rows through a pipeline into a
/// table, and what a row costs the server, from the source to the committed table.
///
/// Ten columns, as in SeaTunnel's own measurements: bigint, string, int, decimal, double, float,
/// boolean, date, timestamp, string.
final class PipelineBench {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ROUNDS = 3;
    private static final Map<String, String> NAMES =
            Map.of(
                    "seatunnel", SeaTunnelNode.NAME,
                    "debezium", DebeziumNode.NAME,
                    "kafka-connect", ConnectNode.NAME);
    private static final long RUN_SECONDS_MAX = 600;
    private static final Map<String, String> FIELDS = fields();
    private static final String SCHEMA =
            FIELDS.entrySet().stream()
                    .map(field -> "%s = \"%s\"".formatted(field.getKey(), field.getValue()))
                    .collect(Collectors.joining(", ", "schema { fields { ", " } }"));

    private final Target target;
    private final Path folder;
    private final long rows;
    private final PipelineReport report;

    private PipelineBench(Target target, Path folder, long rows, PipelineReport report) {
        this.target = target;
        this.folder = folder;
        this.rows = rows;
        this.report = report;
    }

    private static Map<String, String> fields() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("id", "bigint");
        fields.put("name", "string");
        fields.put("age", "int");
        fields.put("price", "decimal(10, 2)");
        fields.put("score", "double");
        fields.put("ratio", "float");
        fields.put("active", "boolean");
        fields.put("born", "date");
        fields.put("at", "timestamp");
        fields.put("note", "string");
        return fields;
    }

    /// @param words the checkout, the number of rows, the heap, the peer or nothing
    public static void main(String[] words) throws IOException, InterruptedException, SQLException {
        Path root = Path.of(words[0]);
        long rows = Long.parseLong(words[1]);
        String peer = words.length > 3 ? words[3] : "";
        Path folder = Files.createTempDirectory("tarn-bench");
        try (Children children = new Children(folder)) {
            // The sinks of these peers know no S3 here, so both write plain files.
            boolean files = peer.equals("seatunnel") || peer.equals("kafka-connect");
            Target target =
                    new Servers(root, children, words[2]).tarn(files ? "sqlite-local" : "sqlite");
            PipelineReport report = new PipelineReport(rows, NAMES.get(peer));
            PipelineBench bench = new PipelineBench(target, folder, rows, report);
            switch (peer) {
                case "kafka-connect" -> bench.topic(root, children);
                case "seatunnel" ->
                        bench.rows(children, SeaTunnelNode.start(root, children, target.address()));
                case "debezium" ->
                        bench.changes(root, children, DebeziumNode.start(root, children));
                default -> {
                    bench.rows(children, null);
                    bench.changes(root, children, null);
                }
            }
            if (!peer.isEmpty()) {
                report.printRatios();
            }
        } finally {
            try (Stream<Path> paths = Files.walk(folder)) {
                for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    /// Files and messages. The first round compiles; it is shown, and not to be quoted.
    ///
    /// @param peer null if there is none
    private void rows(Children children, SeaTunnelNode peer)
            throws IOException, InterruptedException {
        for (String format : List.of("json", "csv")) {
            Path file = write(format);
            for (int round = 0; round <= ROUNDS; round++) {
                String label = "LocalFile " + format;
                String name = "%s_%d".formatted(format, round);
                run(label, name, files(file, format), false, round);
                if (peer != null) {
                    runPeer(peer, label, name, SeaTunnelNode.files(file, format, FIELDS), round);
                }
            }
            if (format.equals("json")) {
                String servers = KafkaNode.start(children);
                send(servers, file);
                for (int round = 0; round <= ROUNDS; round++) {
                    String name = "kafka_" + round;
                    run("Kafka json", name, topic(servers), false, round);
                    if (peer != null) {
                        var topic = SeaTunnelNode.topic(servers, "peer" + round, FIELDS);
                        runPeer(peer, "Kafka json", name, topic, round);
                    }
                }
            }
        }
    }

    /// Messages, beside Kafka Connect.
    private void topic(Path root, Children children) throws IOException, InterruptedException {
        String servers = KafkaNode.start(children);
        send(servers, write("json"));
        ConnectNode peer = ConnectNode.start(root, children, target, servers);
        for (int round = 0; round <= ROUNDS; round++) {
            run("Kafka json", "kafka_" + round, topic(servers), false, round);
            String name = "connect_" + round;
            // The peer's table is there before, so that both give a row the same types.
            begin(name, "FakeSource { row.num = 1, %s }".formatted(SCHEMA), false);
            var measured = report.begin(peer.processes());
            peer.run(name, "bench", job(name), 1, rows);
            measured.end("Kafka json", false, round);
            peer.end(name);
        }
    }

    private void changes(Path root, Children children, DebeziumNode peer)
            throws IOException, InterruptedException, SQLException {
        changes(new PostgresOrigin(new Backends(root, children).postgres("source")), peer);
        changes(MySqlOrigin.start(root, children), peer);
    }

    /// All rows of a table, and then as many inserts in the log; each once appended and once by
    /// key. A peer that writes no table reads both once.
    ///
    /// @param peer null if there is none
    private void changes(Origin origin, DebeziumNode peer)
            throws IOException, InterruptedException, SQLException {
        origin.fill(rows);
        String lower = origin.name().toLowerCase(Locale.ROOT);
        for (String how : peer == null ? List.of("append", "upsert") : List.of("append")) {
            boolean upsert = how.equals("upsert");
            for (int round = 0; round <= ROUNDS; round++) {
                String label = "%s snapshot, %s".formatted(origin.name(), how);
                String name = "%s_snapshot_%s_%d".formatted(lower, how, round);
                run(label, name, origin.source(Origin.FILLED), upsert, round);
                origin.forget(job(name));
                if (peer != null) {
                    var run = report.begin(peer.processes());
                    peer.begin(origin.debezium(Origin.FILLED));
                    peer.await(rows);
                    run.end(label, false, round);
                }
            }
            for (int round = 0; round <= ROUNDS; round++) {
                String label = "%s log, %s".formatted(origin.name(), how);
                String name = "%s_log_%s_%d".formatted(lower, how, round);
                String source = origin.source(name);
                origin.make(name);
                begin(name, source, upsert);
                if (peer != null) {
                    follow(origin, name, peer);
                    peer.hold();
                }
                origin.copyTo(name, rows);
                run(label, name, source, upsert, round);
                if (peer != null) {
                    var run = report.begin(peer.processes());
                    peer.release();
                    peer.await(rows);
                    run.end(label, false, round);
                }
                origin.forget(job(name));
                origin.drop(name);
            }
        }
    }

    /// Until the peer waits for the log's next change.
    private static void follow(Origin origin, String table, DebeziumNode peer)
            throws IOException, SQLException {
        peer.begin(origin.debezium(table));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(2)); // the one before has gone
        while (!origin.followed()) {
            if (System.nanoTime() > end) {
                throw new IOException("The peer does not follow " + table);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
    }

    private static String job(String name) {
        return "bench_" + name;
    }

    private Path write(String format) throws IOException {
        Path file = folder.resolve("rows." + format);
        SplittableRandom random = new SplittableRandom(7);
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (long i = 0; i < rows; i++) {
                String time = Instant.ofEpochSecond(1_700_000_000 + i).toString();
                out.write(
                        String.format(
                                Locale.ROOT,
                                format.equals("json")
                                        ? "{\"id\":%d,\"name\":\"user-%d\",\"age\":%d,\"price\":%d.%02d,\"score\":%d.%03d,\"ratio\":0.%02d,\"active\":%b,\"born\":\"%s\",\"at\":\"%s"
                                              + " %s\",\"note\":\"note %x\"}%n"
                                        : "%d,user-%d,%d,%d.%02d,%d.%03d,0.%02d,%b,%s,%s %s,note"
                                                + " %x%n",
                                i,
                                random.nextInt(100_000),
                                random.nextInt(90),
                                random.nextInt(10_000),
                                random.nextInt(100),
                                random.nextInt(1000),
                                random.nextInt(1000),
                                random.nextInt(100),
                                random.nextBoolean(),
                                time.substring(0, 10),
                                time.substring(0, 10),
                                time.substring(11, 19),
                                random.nextInt()));
            }
        }
        return file;
    }

    /// Each line becomes a message of the topic `rows`, without compression.
    private void send(String servers, Path file) throws IOException {
        Map<String, Object> settings =
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        servers,
                        ProducerConfig.LINGER_MS_CONFIG,
                        20);
        try (KafkaProducer<String, String> producer =
                        new KafkaProducer<>(
                                settings, new StringSerializer(), new StringSerializer());
                Stream<String> lines = Files.lines(file)) {
            lines.forEach(line -> producer.send(new ProducerRecord<>("rows", line)));
        }
    }

    private String files(Path file, String format) {
        return "LocalFile { path = \"%s\", file_format_type = \"%s\", %s }"
                .formatted(file, format, SCHEMA);
    }

    private String topic(String servers) {
        return "Kafka { bootstrap.servers = \"%s\", topic = rows, start_mode = earliest, %s }"
                .formatted(servers, SCHEMA);
    }

    private void run(String label, String job, String source, boolean upsert, int round)
            throws IOException {
        var measured = report.begin(target.processes());
        JsonNode run = begin(job, source, upsert);
        if (run.path("rows-committed").asLong() != rows) {
            throw new IOException("The run did not commit %d rows: %s".formatted(rows, run));
        }
        measured.end(label, true, round);
    }

    private void runPeer(
            SeaTunnelNode peer, String label, String job, Map<String, Object> source, int round)
            throws IOException, InterruptedException {
        var measured = report.begin(peer.processes());
        long written = peer.run(job, source);
        if (written != rows) {
            throw new IOException("The peer wrote %d rows of %d".formatted(written, rows));
        }
        measured.end(label, false, round);
    }

    /// Runs a job to its end.
    private JsonNode begin(String jobName, String source, boolean upsert) throws IOException {
        String name = job(jobName);
        String job =
                """
                env { job.name = "%s", checkpoint.interval = 600000 }
                source { %s }
                sink { Iceberg { namespace = "bench", table = "%s", iceberg.table.upsert-mode-enabled = %s } }
                """
                        .formatted(name, source, name, upsert);
        String body =
                JSON.writeValueAsString(
                        Map.of("job", job, "file", name + ".conf", "folder", folder.toString()));
        JsonNode run = call("POST", "/api/pipelines/runs", body);
        String path = "/api/pipelines/runs/" + run.path("id").asText();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(RUN_SECONDS_MAX);
        while (run.path("state").asText().equals("running")) {
            if (System.nanoTime() > end) {
                throw new IOException("The run takes more than %ss".formatted(RUN_SECONDS_MAX));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            run = call("GET", path, null);
        }
        if (!run.path("state").asText().equals("finished")) {
            throw new IOException("The run did not finish: " + run);
        }
        return run;
    }

    private JsonNode call(String method, String path, String body) throws IOException {
        URI address = target.address();
        try (Connection connection = new Connection(address)) {
            int status = connection.send(Requests.of(method, address, null, path, "", body));
            if (status >= 300) {
                throw new IOException(
                        "%s %s answered %d: %s".formatted(method, path, status, connection.text()));
            }
            return JSON.readTree(connection.text());
        }
    }
}
