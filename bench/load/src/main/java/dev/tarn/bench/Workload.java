package dev.tarn.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// One kind of request.
///
/// @param snapshots of each table, 0 where tables do not matter
/// @param writes whether each request leaves something behind, so that their count is bounded
record Workload(
        String name, int snapshots, int connections, boolean writes, Preparation preparation) {
    private static final String GZIP = "Accept-Encoding: gzip\r\n";

    /// What one writer of [#commitOne] goes round, so that the table does not grow.
    private static final int KEYS = 8;

    private static final int TABLES_PER_TRANSACTION = 4;

    interface Preparation {
        /// Null if the target cannot do it.
        Prepared prepare(Catalog catalog) throws IOException;
    }

    interface Check {
        /// What was wrong, empty if nothing was.
        List<String> problems() throws IOException;
    }

    record Prepared(Load.Step step, Check check) {
        Prepared(Load.Step step) {
            this(step, List::of);
        }
    }

    /// All there are, in the order they run.
    ///
    /// @param full also what takes minutes to prepare
    static List<Workload> all(int connections, boolean full) {
        List<Integer> histories = full ? List.of(1, 100, 1000, 9000) : List.of(1, 100, 1000);
        List<Workload> all = new ArrayList<>();
        all.add(
                reading(
                        "config",
                        0,
                        connections,
                        catalog -> catalog.request("GET", catalog.configPath(), "", null)));
        for (int snapshots : histories) {
            int some = snapshots > 1000 ? Math.min(4, connections) : connections;
            all.add(load("load-gzip", snapshots, some, GZIP));
            all.add(load("load-identity", snapshots, some, ""));
            all.add(new Workload("load-304", snapshots, some, false, loadUnchanged(snapshots)));
        }
        all.add(
                reading(
                        "exists",
                        100,
                        connections,
                        catalog ->
                                catalog.request(
                                        "HEAD",
                                        catalog.tablePath(catalog.tables("load", 1, 100), "t0"),
                                        "",
                                        null)));
        for (int tables : full ? List.of(1000, 10_000) : List.of(1000)) {
            all.add(
                    reading(
                            "list-tables-" + tables,
                            0,
                            connections,
                            catalog ->
                                    catalog.request(
                                            "GET",
                                            catalog.path(
                                                    "namespaces/"
                                                            + catalog.tables("list", tables, 0)
                                                            + "/tables"),
                                            GZIP,
                                            null)));
        }
        for (int namespaces : full ? List.of(1000, 100_000) : List.of(1000)) {
            all.add(
                    reading(
                            "list-namespaces-" + namespaces,
                            0,
                            namespaces > 1000 ? Math.min(4, connections) : connections,
                            catalog ->
                                    catalog.request(
                                            "GET",
                                            catalog.path(
                                                    "namespaces?parent="
                                                            + catalog.namespaces(namespaces)),
                                            GZIP,
                                            null)));
        }
        all.add(new Workload("create", 0, connections, true, Workload::create));
        for (int snapshots : histories) {
            // Each commit writes the whole history anew in most catalogs: fewer tables and writers.
            int writers = snapshots > 1000 ? few(connections) : connections;
            int tables = snapshots > 100 ? writers : Math.max(64, writers);
            all.add(commits(tables, snapshots, writers));
        }
        if (full) {
            // What those to long histories are held against.
            all.add(commits(few(connections), 10, few(connections)));
        }
        for (int snapshots : List.of(1, 100)) {
            all.add(
                    new Workload(
                            "commit-one",
                            snapshots,
                            connections,
                            true,
                            catalog -> commitOne(catalog, connections, snapshots)));
        }
        all.add(new Workload("commit-one-writer", 1, 1, true, catalog -> commitOne(catalog, 1, 1)));
        all.add(
                new Workload(
                        "transaction-" + TABLES_PER_TRANSACTION,
                        1,
                        connections,
                        true,
                        catalog -> transaction(catalog, connections)));
        return all;
    }

    private interface RequestOf {
        byte[] of(Catalog catalog) throws IOException;
    }

    private static Workload reading(
            String name, int snapshots, int connections, RequestOf request) {
        return new Workload(
                name,
                snapshots,
                connections,
                false,
                catalog -> {
                    byte[] bytes = request.of(catalog);
                    return new Prepared((connection, worker, count) -> connection.send(bytes));
                });
    }

    private static Workload load(String name, int snapshots, int connections, String headers) {
        return reading(
                name,
                snapshots,
                connections,
                catalog ->
                        catalog.request(
                                "GET",
                                catalog.tablePath(catalog.tables("load", 1, snapshots), "t0"),
                                headers,
                                null));
    }

    private static Preparation loadUnchanged(int snapshots) {
        return catalog -> {
            String path = catalog.tablePath(catalog.tables("load", 1, snapshots), "t0");
            String etag;
            try (Connection connection = new Connection(catalog.target().address())) {
                connection.send(catalog.request("GET", path, GZIP, null));
                etag = connection.etag();
            }
            if (etag == null) {
                return null;
            }
            byte[] bytes =
                    catalog.request("GET", path, GZIP + "If-None-Match: " + etag + "\r\n", null);
            return new Prepared(
                    (connection, worker, count) -> connection.send(bytes) == 304 ? 304 : 0);
        };
    }

    private static Prepared create(Catalog catalog) throws IOException {
        String path = catalog.path("namespaces/" + catalog.namespace("create") + "/tables");
        return new Prepared((connection, worker, count) ->
                connection.send(
                        catalog.request(
                                "POST",
                                path,
                                "",
                                Catalog.createBody("w%d_%d".formatted(worker, count)))));
    }

    private static int few(int connections) {
        return Math.min(4, connections);
    }

    private static Workload commits(int tables, int snapshots, int writers) {
        return new Workload(
                "commit-" + tables,
                snapshots,
                writers,
                true,
                catalog -> commitMany(catalog, tables, writers, snapshots));
    }

    /// Every writer has tables of its own, so that none waits for another's.
    private static Prepared commitMany(Catalog catalog, int tables, int writers, int snapshots)
            throws IOException {
        String namespace = catalog.tables("many", tables, snapshots);
        int each = tables / writers;
        String[] paths = new String[tables];
        String[] ids = new String[tables];
        for (int i = 0; i < tables; i++) {
            paths[i] = catalog.tablePath(namespace, "t" + i);
            ids[i] = uuid(catalog, namespace, "t" + i);
        }
        return new Prepared((connection, worker, count) -> {
            int table = worker * each + count % each;
            return connection.send(
                    catalog.request(
                            "POST",
                            paths[table],
                            GZIP,
                            commit(ids[table], "bench", Integer.toString(count))));
        });
    }

    /// Writers that change properties of their own on one table. Each answer must still show the
    /// writer's commit before, and in the end the last commits of all must be there.
    private static Prepared commitOne(Catalog catalog, int writers, int snapshots)
            throws IOException {
        String namespace = catalog.tables("one" + writers, 1, snapshots);
        String path = catalog.tablePath(namespace, "t0");
        String id = uuid(catalog, namespace, "t0");
        // Acknowledged values, by writer and key; -1 where the outcome is not known.
        long[][] values = new long[writers][KEYS];
        int[] lost = new int[writers];
        Load.Step step =
                (connection, worker, count) -> {
                    int key = count % KEYS;
                    long value = count + 1L;
                    long known = values[worker][key];
                    values[worker][key] = -1;
                    int status =
                            connection.send(
                                    catalog.request(
                                            "POST",
                                            path,
                                            "",
                                            commit(id, key(worker, key), Long.toString(value))));
                    if (status == 409) {
                        values[worker][key] = known;
                    } else if (status == 200) {
                        values[worker][key] = value;
                        int before = (key + KEYS - 1) % KEYS;
                        long expected = values[worker][before];
                        if (expected > 0
                                && !connection.shows(
                                        bytes("\"" + key(worker, before) + "\""),
                                        bytes("\"" + expected + "\""))) {
                            lost[worker]++;
                        }
                    }
                    return status;
                };
        Check check =
                () -> {
                    JsonNode properties =
                            catalog.load(namespace, "t0").path("metadata").path("properties");
                    List<String> problems = new ArrayList<>();
                    for (int w = 0; w < writers; w++) {
                        if (lost[w] > 0) {
                            problems.add(
                                    "writer %d: %d answers without its commit before"
                                            .formatted(w, lost[w]));
                        }
                        for (int k = 0; k < KEYS; k++) {
                            String found = properties.path(key(w, k)).asText("0");
                            if (values[w][k] >= 0 && !found.equals(Long.toString(values[w][k]))) {
                                problems.add(
                                        "%s: acknowledged %d, found %s"
                                                .formatted(key(w, k), values[w][k], found));
                            }
                        }
                    }
                    return problems;
                };
        return new Prepared(step, check);
    }

    private static Prepared transaction(Catalog catalog, int writers) throws IOException {
        String namespace = catalog.tables("transaction", writers * TABLES_PER_TRANSACTION, 1);
        String path = catalog.path("transactions/commit");
        String[] ids = new String[writers * TABLES_PER_TRANSACTION];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = uuid(catalog, namespace, "t" + i);
        }
        return new Prepared((connection, worker, count) -> {
            List<String> changes = new ArrayList<>();
            for (int i = 0; i < TABLES_PER_TRANSACTION; i++) {
                int table = worker * TABLES_PER_TRANSACTION + i;
                changes.add(
                        "{\"identifier\":{\"namespace\":[\"%s\"],\"name\":\"t%d\"},%s"
                                .formatted(
                                        namespace,
                                        table,
                                        commit(ids[table], "bench", "" + count).substring(1)));
            }
            return connection.send(
                    catalog.request(
                            "POST",
                            path,
                            "",
                            "{\"table-changes\":[%s]}".formatted(String.join(",", changes))));
        });
    }

    private static String uuid(Catalog catalog, String namespace, String table) throws IOException {
        return catalog.load(namespace, table).path("metadata").path("table-uuid").asText();
    }

    static String commit(String uuid, String key, String value) {
        return "{\"requirements\":[{\"type\":\"assert-table-uuid\",\"uuid\":\""
                + uuid
                + "\"}],\"updates\":[{\"action\":\"set-properties\",\"updates\":{\""
                + key
                + "\":\""
                + value
                + "\"}}]}";
    }

    private static String key(int writer, int key) {
        return "w" + writer + "-" + key;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
