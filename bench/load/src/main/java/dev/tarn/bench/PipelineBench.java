package dev.tarn.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
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
    private static final long RUN_SECONDS_MAX = 600;
    private static final Map<String, String> FIELDS = fields();
    private static final String SCHEMA =
            FIELDS.entrySet().stream()
                    .map(field -> "%s = \"%s\"".formatted(field.getKey(), field.getValue()))
                    .collect(Collectors.joining(", ", "schema { fields { ", " } }"));

    private final Target target;
    private final Path folder;
    private final long rows;

    /// Null where Tarn is measured alone.
    private final SeaTunnelNode peer;

    /// CPU of a row in the rounds that count, by source and engine.
    private final Map<String, List<Double>> measured = new LinkedHashMap<>();

    private PipelineBench(Target target, Path folder, long rows, SeaTunnelNode peer) {
        this.target = target;
        this.folder = folder;
        this.rows = rows;
        this.peer = peer;
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
    public static void main(String[] words) throws IOException, InterruptedException {
        Path root = Path.of(words[0]);
        long rows = Long.parseLong(words[1]);
        Path folder = Files.createTempDirectory("tarn-bench");
        try (Children children = new Children(folder)) {
            boolean beside = words.length > 3 && !words[3].isEmpty();
            // The peer's Iceberg connector knows no S3, so both write plain files.
            Target target =
                    new Servers(root, children, words[2]).tarn(beside ? "sqlite-local" : "sqlite");
            SeaTunnelNode peer =
                    beside ? SeaTunnelNode.start(root, children, target.address()) : null;
            System.out.println(
                    """
                    | source | rows | round | seconds | rows/s | server CPU µs/row | memory MiB |
                    |---|--:|--:|--:|--:|--:|--:|\
                    """);
            PipelineBench bench = new PipelineBench(target, folder, rows, peer);
            for (String format : List.of("json", "csv")) {
                Path file = bench.write(format);
                // The first round compiles; it is shown, and not to be quoted.
                for (int round = 0; round <= ROUNDS; round++) {
                    bench.run(
                            "LocalFile " + format,
                            "%s_%d".formatted(format, round),
                            bench.files(file, format),
                            false,
                            round);
                    bench.runPeer(
                            "LocalFile " + format,
                            "%s_%d".formatted(format, round),
                            SeaTunnelNode.files(file, format, FIELDS),
                            round);
                }
                if (format.equals("json")) {
                    String servers = KafkaNode.start(children);
                    bench.send(servers, file);
                    for (int round = 0; round <= ROUNDS; round++) {
                        bench.run(
                                "Kafka json", "kafka_" + round, bench.topic(servers), false, round);
                        bench.runPeer(
                                "Kafka json",
                                "kafka_" + round,
                                SeaTunnelNode.topic(servers, "peer" + round, FIELDS),
                                round);
                    }
                }
            }
            if (beside) {
                bench.printRatios();
            } else {
                bench.postgres(new Backends(root, children).postgres("source"));
                MySqlChanges.start(root, children, rows)
                        .measure(
                                ROUNDS,
                                bench::begin,
                                (how, name, source, upsert, round) ->
                                        bench.run(
                                                "MySQL snapshot, " + how,
                                                name,
                                                source,
                                                upsert,
                                                round),
                                (how, name, source, upsert, round) ->
                                        bench.run(
                                                "MySQL log, " + how, name, source, upsert, round));
            }
        } finally {
            try (Stream<Path> paths = Files.walk(folder)) {
                for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    /// All rows of a table, once appended and once by key, and then as many inserts in the log, in
    /// transactions of a thousand.
    private void postgres(Backends.Postgres postgres) throws IOException {
        try (java.sql.Connection connection =
                        DriverManager.getConnection(postgres.jdbc(), "postgres", "postgres");
                Statement statement = connection.createStatement()) {
            statement.execute(
                    """
                    CREATE TABLE filled AS SELECT i::bigint AS id, 'user-' || (i %% 100000) AS name,
                      (i %% 90)::int AS age, ((i * 7919) %% 1000000 / 100.0)::numeric(10,2) AS price,
                      ((i * 31) %% 1000000) / 1000.0::double precision AS score, ((i %% 100) / 100.0)::real AS ratio,
                      i %% 2 = 0 AS active, DATE '2023-11-14' + (i / 86400)::int AS born,
                      TIMESTAMP '2023-11-14 22:13:20' + i * INTERVAL '1 s' AS at, 'note ' || md5(i::text) AS note
                      FROM generate_series(1, %d::bigint) i\
                    """
                            .formatted(rows));
            statement.execute("ALTER TABLE filled ADD PRIMARY KEY (id)");
            for (String how : List.of("append", "upsert")) {
                for (int round = 0; round <= ROUNDS; round++) {
                    String name = "snapshot_%s_%d".formatted(how, round);
                    run(
                            "PostgreSQL snapshot, " + how,
                            name,
                            changes(postgres, "filled"),
                            how.equals("upsert"),
                            round);
                    drop(statement, name);
                }
                for (int round = 0; round <= ROUNDS; round++) {
                    String name = "log_%s_%d".formatted(how, round);
                    statement.execute(
                            "CREATE TABLE %s (LIKE filled INCLUDING ALL)".formatted(name));
                    String source = changes(postgres, name);
                    begin(name, source, how.equals("upsert"));
                    for (long from = 0; from < rows; from += 1_000) {
                        statement.execute(
                                "INSERT INTO %s SELECT * FROM filled WHERE id > %d AND id <= %d"
                                        .formatted(name, from, from + 1_000));
                    }
                    run("PostgreSQL log, " + how, name, source, how.equals("upsert"), round);
                    drop(statement, name);
                    statement.execute("DROP TABLE " + name);
                }
            }
        } catch (SQLException e) {
            throw new IOException("PostgreSQL: " + e.getMessage(), e);
        }
    }

    private static void drop(Statement statement, String job) throws SQLException, IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                statement.execute(
                        "SELECT pg_drop_replication_slot('tarn_bench_%s')".formatted(job));
                return;
            } catch (SQLException e) {
                // The server may not know yet that its reader has gone.
                if (attempt == 100) {
                    throw e;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
        }
    }

    private static String changes(Backends.Postgres postgres, String table) {
        return """
        Postgres-CDC { base-url = "%s", username = postgres, password = postgres, \
        table-names = ["postgres.public.%s"] }\
        """
                .formatted(postgres.jdbc(), table);
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
        long cpu = Processes.cpuMicros(target.processes());
        long begin = System.nanoTime();
        JsonNode run = begin(job, source, upsert);
        double seconds = (System.nanoTime() - begin) / 1e9;
        long micros = Processes.cpuMicros(target.processes()) - cpu;
        if (run.path("rows-committed").asLong() != rows) {
            throw new IOException("The run did not commit %d rows: %s".formatted(rows, run));
        }
        print(label, "Tarn", round, seconds, micros, target.processes());
    }

    private void runPeer(String label, String job, Map<String, Object> source, int round)
            throws IOException, InterruptedException {
        if (peer == null) {
            return;
        }
        long cpu = Processes.cpuMicros(peer.processes());
        long begin = System.nanoTime();
        long written = peer.run(job, source);
        double seconds = (System.nanoTime() - begin) / 1e9;
        long micros = Processes.cpuMicros(peer.processes()) - cpu;
        if (written != rows) {
            throw new IOException("The peer wrote %d rows of %d".formatted(written, rows));
        }
        print(label, SeaTunnelNode.NAME, round, seconds, micros, peer.processes());
    }

    private void print(
            String source, String engine, int round, double seconds, long micros, List<Long> of)
            throws IOException {
        String label = peer == null ? source : source + ", " + engine;
        if (round > 0) {
            measured.computeIfAbsent(label, l -> new ArrayList<>()).add((double) micros / rows);
        }
        System.out.println(
                String.format(
                        Locale.ROOT,
                        "| %s | %,d | %s | %.2f | %,.0f | %.2f | %d |",
                        label,
                        rows,
                        round == 0 ? "warm-up" : Integer.toString(round),
                        seconds,
                        rows / seconds,
                        (double) micros / rows,
                        Processes.residentBytes(of) >> 20));
    }

    private void printRatios() {
        System.out.println(
                "%n| source | Tarn µs/row | %s µs/row | ratio |%n|---|--:|--:|--:|"
                        .formatted(SeaTunnelNode.NAME));
        measured.forEach((label, own) -> {
            if (label.endsWith(", Tarn")) {
                String source = label.substring(0, label.length() - ", Tarn".length());
                double other = median(measured.get(source + ", " + SeaTunnelNode.NAME));
                System.out.println(
                        String.format(
                                Locale.ROOT,
                                "| %s | %.2f | %.2f | %.1f |",
                                source,
                                median(own),
                                other,
                                other / median(own)));
            }
        });
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    /// Runs a job to its end.
    private JsonNode begin(String jobName, String source, boolean upsert) throws IOException {
        String name = "bench_" + jobName;
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
