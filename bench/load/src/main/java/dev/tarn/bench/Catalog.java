package dev.tarn.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What a workload needs of a catalog before it begins: namespaces and tables, made over REST
/// alone, so that any catalog can be the target. What was made is kept for the workloads after.
final class Catalog {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int COLUMNS = 10;
    private static final int SNAPSHOTS_PER_COMMIT = 500;

    private final Target target;
    private final String run;
    private final String config;
    private final String prefix;
    private final Set<String> made = new HashSet<>();

    /// @param run tells the namespaces of this run from those of others
    Catalog(Target target, String run) throws IOException {
        this.target = target;
        this.run = run;
        this.config =
                "/v1/config"
                        + (target.warehouse() == null
                                ? ""
                                : "?warehouse=" + encoded(target.warehouse()));
        JsonNode answer = call("GET", config, null);
        String found =
                answer.path("overrides")
                        .path("prefix")
                        .asText(answer.path("defaults").path("prefix").asText(""));
        this.prefix = "/v1/" + (found.isEmpty() ? "" : found + "/");
    }

    Target target() {
        return target;
    }

    /// A request of this catalog.
    byte[] request(String method, String path, String headers, String body) {
        return Requests.of(method, target.address(), target.token(), path, headers, body);
    }

    String configPath() {
        return config;
    }

    String path(String rest) {
        return prefix + rest;
    }

    String tablePath(String namespace, String table) {
        return prefix + "namespaces/" + namespace + "/tables/" + table;
    }

    /// A namespace of that name, made now if it is not there; its name in this run.
    String namespace(String name) throws IOException {
        String full = "bench_" + run + "_" + name;
        if (made.add(full)) {
            call("POST", prefix + "namespaces", "{\"namespace\":[\"%s\"]}".formatted(full));
        }
        return full;
    }

    /// Tables `t0`, `t1`, ... with that many snapshots each, in a namespace of their own.
    String tables(String purpose, int count, int snapshots) throws IOException {
        String name = purpose + "_" + count + "_" + snapshots;
        boolean there = made.contains("bench_" + run + "_" + name);
        String namespace = namespace(name);
        if (!there) {
            try (Connection connection = new Connection(target.address())) {
                for (int i = 0; i < count; i++) {
                    String table = "t" + i;
                    JsonNode created =
                            call(
                                    connection,
                                    "POST",
                                    prefix + "namespaces/" + namespace + "/tables",
                                    createBody(table));
                    String location = created.path("metadata").path("location").asText();
                    addSnapshots(connection, tablePath(namespace, table), location, snapshots);
                }
            }
        }
        return namespace;
    }

    /// That many namespaces within one; the name of that one.
    String namespaces(int count) throws IOException {
        String name = "parent" + count;
        boolean there = made.contains("bench_" + run + "_" + name);
        String parent = namespace(name);
        if (!there) {
            try (Connection connection = new Connection(target.address())) {
                for (int i = 0; i < count; i++) {
                    call(
                            connection,
                            "POST",
                            prefix + "namespaces",
                            "{\"namespace\":[\"%s\",\"n%d\"]}".formatted(parent, i));
                }
            }
        }
        return parent;
    }

    JsonNode load(String namespace, String table) throws IOException {
        return call("GET", tablePath(namespace, table), null);
    }

    static String createBody(String table) {
        List<String> fields = new ArrayList<>();
        for (int i = 1; i <= COLUMNS; i++) {
            fields.add(
                    "{\"id\":%d,\"name\":\"column_%d\",\"required\":false,\"type\":\"%s\"}"
                            .formatted(i, i, i % 2 == 0 ? "string" : "long"));
        }
        return "{\"name\":\"%s\",\"stage-create\":false,\"schema\":{\"type\":\"struct\",\"schema-id\":0,\"fields\":[%s]},\"properties\":{\"format-version\":\"2\"}}"
                .formatted(table, String.join(",", fields));
    }

    private void addSnapshots(Connection connection, String path, String location, int count)
            throws IOException {
        long now = System.currentTimeMillis();
        long parent = -1;
        for (int first = 1; first <= count; first += SNAPSHOTS_PER_COMMIT) {
            List<String> updates = new ArrayList<>();
            int end = Math.min(count, first + SNAPSHOTS_PER_COMMIT - 1);
            for (int i = first; i <= end; i++) {
                // Ids as spread as those of engines, for they are the part that does not compress.
                long id = mixed(i);
                updates.add(snapshot(i, id, parent, now - count + i, location));
                parent = id;
            }
            updates.add(
                    "{\"action\":\"set-snapshot-ref\",\"ref-name\":\"main\",\"type\":\"branch\",\"snapshot-id\":%d}"
                            .formatted(parent));
            call(
                    connection,
                    "POST",
                    path,
                    "{\"requirements\":[],\"updates\":[%s]}".formatted(String.join(",", updates)));
        }
    }

    private static String snapshot(int number, long id, long parent, long time, String location) {
        long spread = mixed(id);
        return """
        {"action":"add-snapshot","snapshot":{"sequence-number":%d,"snapshot-id":%d,%s"timestamp-ms":%d,\
        "summary":{"operation":"append","added-data-files":"%d","added-records":"%d","added-files-size":"%d",\
        "changed-partition-count":"%d","total-records":"%d","total-files-size":"%d","total-data-files":"%d",\
        "total-delete-files":"0","total-position-deletes":"0","total-equality-deletes":"0",\
        "engine-name":"spark","engine-version":"4.1.0","app-id":"local-%d"},\
        "manifest-list":"%s/metadata/snap-%d-1-%08x-%04x-4%03x-8%03x-%012x.avro","schema-id":0}}\
        """
                .formatted(
                        number,
                        id,
                        parent < 0 ? "" : "\"parent-snapshot-id\":" + parent + ",",
                        time,
                        1 + spread % 9,
                        spread % 100_000,
                        spread % 100_000_000,
                        1 + spread % 30,
                        number * 50_000L,
                        number * 50_000_000L,
                        number * 5L,
                        time / 1000,
                        location,
                        id,
                        spread & 0xffffffffL,
                        spread >> 7 & 0xffff,
                        spread >> 11 & 0xfff,
                        spread >> 13 & 0xfff,
                        spread >> 5 & 0xffffffffffffL);
    }

    private static long mixed(long number) {
        long mixed = (number + 1) * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 29)) * 0xBF58476D1CE4E5B9L;
        return (mixed ^ (mixed >>> 32)) & Long.MAX_VALUE;
    }

    private JsonNode call(String method, String path, String body) throws IOException {
        try (Connection connection = new Connection(target.address())) {
            return call(connection, method, path, body);
        }
    }

    private JsonNode call(Connection connection, String method, String path, String body)
            throws IOException {
        int status = connection.send(request(method, path, "", body));
        String text = connection.text();
        if (status >= 300) {
            throw new IOException(
                    "%s: %s %s answered %d: %s"
                            .formatted(
                                    target.name(),
                                    method,
                                    path,
                                    status,
                                    text.substring(0, Math.min(400, text.length()))));
        }
        return text.isEmpty() ? JSON.createObjectNode() : JSON.readTree(text);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
