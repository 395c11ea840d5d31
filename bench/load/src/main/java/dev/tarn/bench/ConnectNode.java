package dev.tarn.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/// A worker of Kafka Connect with Iceberg's sink, the peer of topics. It writes into tables of the
/// Tarn beside it, whose work for it is not counted.
final class ConnectNode {
    static final String NAME = "Kafka Connect 4.1.1, Iceberg 1.10.1";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String HEAP = "1g";
    private static final long RUN_SECONDS_MAX = 600;
    private static final long COMMIT_MILLIS = 5_000;

    /// Where its tasks agree on commits; what is said before a task listens is lost to it.
    private static final String CONTROL = "control";

    private final URI address;
    private final List<Long> processes;
    private final Target catalog;
    private final String servers;

    private ConnectNode(URI address, long process, Target catalog, String servers) {
        this.address = address;
        this.processes = List.of(process);
        this.catalog = catalog;
        this.servers = servers;
    }

    /// @param catalog whose tables it writes, on files that it can see
    /// @param servers of Kafka
    static ConnectNode start(Path root, Children children, Target catalog, String servers)
            throws IOException, InterruptedException {
        Process script =
                new ProcessBuilder(root.resolve("dev/kafka-connect").toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        byte[] printed = script.getInputStream().readAllBytes();
        if (script.waitFor() != 0) {
            throw new IOException("dev/kafka-connect made nothing");
        }
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            admin.createTopics(List.of(new NewTopic(CONTROL, 1, (short) 1))).all().get();
        } catch (ExecutionException e) {
            throw new IOException("Kafka made no topic " + CONTROL, e);
        }
        Path folder = children.folder("connect");
        URI address = URI.create("http://127.0.0.1:" + Children.freePort());
        Properties worker = new Properties();
        worker.put("bootstrap.servers", servers);
        worker.put("listeners", address.toString());
        worker.put("offset.storage.file.filename", folder.resolve("offsets").toString());
        worker.put("key.converter", "org.apache.kafka.connect.storage.StringConverter");
        worker.put("value.converter", "org.apache.kafka.connect.json.JsonConverter");
        worker.put("value.converter.schemas.enable", "false");
        // How long it sleeps where there are no messages, and commits meanwhile: a minute.
        worker.put("offset.flush.interval.ms", "1000");
        worker.put("consumer.auto.offset.reset", "earliest");
        worker.put("plugin.discovery", "service_load");
        Path file = folder.resolve("worker.properties");
        try (Writer out = Files.newBufferedWriter(file)) {
            worker.store(out, null);
        }
        ProcessBuilder node =
                new ProcessBuilder(
                        new String(printed, StandardCharsets.UTF_8).strip(), file.toString());
        node.environment().put("CONNECT_JAVA_OPTS", "-Xmx" + HEAP);
        long process = children.start("connect", node, URI.create(address + "/connectors"));
        return new ConnectNode(address, process, catalog, servers);
    }

    List<Long> processes() {
        return processes;
    }

    /// Reads all of the topic `rows` into a table that is there.
    ///
    /// @param before rows that it has
    /// @param rows that the topic has
    void run(String name, String namespace, String table, long before, long rows)
            throws IOException {
        Map<String, Object> sink =
                Map.ofEntries(
                        Map.entry(
                                "connector.class",
                                "org.apache.iceberg.connect.IcebergSinkConnector"),
                        Map.entry("tasks.max", "1"),
                        Map.entry("topics", "rows"),
                        Map.entry("iceberg.tables", namespace + "." + table),
                        Map.entry("iceberg.control.topic", CONTROL),
                        Map.entry(
                                "iceberg.control.commit.interval-ms", Long.toString(COMMIT_MILLIS)),
                        Map.entry(
                                "iceberg.control.commit.timeout-ms", Long.toString(COMMIT_MILLIS)),
                        Map.entry("iceberg.kafka.bootstrap.servers", servers),
                        Map.entry("iceberg.catalog.type", "rest"),
                        Map.entry("iceberg.catalog.uri", catalog.address().toString()),
                        Map.entry(
                                "iceberg.catalog.io-impl",
                                "org.apache.iceberg.hadoop.HadoopFileIO"));
        call("POST", "/connectors", JSON.writeValueAsString(Map.of("name", name, "config", sink)));
        Catalog tables = new Catalog(catalog, name);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(RUN_SECONDS_MAX);
        long there = before;
        while (there < before + rows) {
            if (System.nanoTime() > end) {
                throw new IOException(
                        "The peer has written %d rows of %d: %s"
                                .formatted(
                                        there - before,
                                        rows,
                                        call("GET", "/connectors/" + name + "/status", null)));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
            there = rows(tables.load(namespace, table).path("metadata"));
        }
        if (there > before + rows) {
            throw new IOException("The peer wrote %d rows of %d".formatted(there - before, rows));
        }
    }

    void end(String name) throws IOException {
        call("DELETE", "/connectors/" + name, null);
    }

    private static long rows(JsonNode metadata) {
        String current = metadata.path("current-snapshot-id").asText();
        for (JsonNode snapshot : metadata.path("snapshots")) {
            if (snapshot.path("snapshot-id").asText().equals(current)) {
                return snapshot.path("summary").path("total-records").asLong();
            }
        }
        return 0;
    }

    private JsonNode call(String method, String path, String body) throws IOException {
        try (Connection connection = new Connection(address)) {
            int status = connection.send(Requests.of(method, address, null, path, "", body));
            if (status >= 300) {
                throw new IOException(
                        "%s %s answered %d: %s".formatted(method, path, status, connection.text()));
            }
            return status == 204 ? JSON.nullNode() : JSON.readTree(connection.text());
        }
    }
}
