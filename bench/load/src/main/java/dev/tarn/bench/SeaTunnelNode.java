package dev.tarn.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// A SeaTunnel 2.3.8 cluster of one node, the peer of pipelines. It writes into the catalog of the
/// Tarn beside it, whose work for it is not counted.
final class SeaTunnelNode {
    static final String NAME = "SeaTunnel 2.3.8";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long RUN_SECONDS_MAX = 600;
    private static final String HEAP = "1g";

    private final URI address;
    private final List<Long> processes;
    private final URI catalog;

    private SeaTunnelNode(URI address, long process, URI catalog) {
        this.address = address;
        this.processes = List.of(process);
        this.catalog = catalog;
    }

    /// @param catalog where its tables are made, on files that it can see
    static SeaTunnelNode start(Path root, Children children, URI catalog)
            throws IOException, InterruptedException {
        Process script =
                new ProcessBuilder(root.resolve("dev/seatunnel").toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        byte[] printed = script.getInputStream().readAllBytes();
        if (script.waitFor() != 0) {
            throw new IOException("dev/seatunnel made nothing");
        }
        int port = Children.freePort();
        ProcessBuilder node =
                new ProcessBuilder(
                        new String(printed, StandardCharsets.UTF_8).strip(),
                        Integer.toString(port),
                        children.folder("seatunnel").toString());
        node.environment().put("SEATUNNEL_JAVA_OPTS", "-Xmx" + HEAP);
        URI address = URI.create("http://127.0.0.1:%d/hazelcast/rest/maps".formatted(port));
        long process = children.start("seatunnel", node, URI.create(address + "/overview"));
        return new SeaTunnelNode(address, process, catalog);
    }

    List<Long> processes() {
        return processes;
    }

    static Map<String, Object> files(Path file, String format, Map<String, String> fields) {
        return plugin(
                "LocalFile",
                Map.of(
                        "path",
                        file.toString(),
                        "file_format_type",
                        format,
                        "schema",
                        Map.of("fields", fields)));
    }

    static Map<String, Object> topic(String servers, String group, Map<String, String> fields) {
        return plugin(
                "Kafka",
                Map.of(
                        "bootstrap.servers",
                        servers,
                        "topic",
                        "rows",
                        "consumer.group",
                        group,
                        "start_mode",
                        "earliest",
                        "format",
                        "json",
                        "schema",
                        Map.of("fields", fields)));
    }

    private static Map<String, Object> plugin(String name, Map<String, Object> options) {
        Map<String, Object> block = new LinkedHashMap<>(options);
        block.put("plugin_name", name);
        return block;
    }

    /// Runs a job to its end.
    ///
    /// @return the rows its sink has written
    long run(String name, Map<String, Object> source) throws IOException, InterruptedException {
        Map<String, Object> sink =
                plugin(
                        "Iceberg",
                        Map.of(
                                "namespace",
                                "bench",
                                "table",
                                "peer_" + name,
                                "iceberg.catalog.config",
                                Map.of("type", "rest", "uri", catalog.toString())));
        Map<String, Object> job =
                Map.of(
                        "env",
                        Map.of("job.name", name, "job.mode", "BATCH"),
                        "source",
                        List.of(source),
                        "sink",
                        List.of(sink));
        String id = call("/submit-job", JSON.writeValueAsString(job)).path("jobId").asText();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(RUN_SECONDS_MAX);
        while (System.nanoTime() < end) {
            JsonNode now = call("/job-info/" + id, null);
            switch (now.path("jobStatus").asText()) {
                case "FINISHED" -> {
                    return now.path("metrics").path("SinkWriteCount").asLong();
                }
                case "FAILED", "CANCELED" -> throw new IOException("The peer's job broke: " + now);
                default -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
        }
        throw new IOException("The peer's job takes more than %ss".formatted(RUN_SECONDS_MAX));
    }

    private JsonNode call(String path, String body) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(URI.create(address + path))
                            .version(HttpClient.Version.HTTP_1_1);
            if (body != null) {
                request.header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body));
            }
            var answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() >= 300) {
                throw new IOException("%s: %s".formatted(path, answer.body()));
            }
            return JSON.readTree(answer.body());
        }
    }
}
