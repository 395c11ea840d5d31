package dev.tarn.app.http.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tarn.app.http.Wire;
import dev.tarn.catalog.planning.PlanLimits;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.rest.RESTCatalog;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Scan planning, request by request.
class PlanningWireTest {
    private static final Namespace NS = Namespace.of("wire");
    private static final String TABLES = "/v1/namespaces/wire/tables/";
    private static final int FUZZED = 1_500;

    private static TestServer server;
    private static RESTCatalog client;
    private static Wire wire;
    private static int tables;

    @BeforeAll
    static void start() {
        server =
                TestServer.withPlanLimits(
                        TestStore.SQLITE, PlanLimits.STANDARD.withFilesPerTask(3));
        client = server.client("client", Map.of());
        client.createNamespace(NS);
        wire = new Wire(server.port());
    }

    @AfterAll
    static void stop() throws Exception {
        wire.close();
        client.close();
        server.close();
    }

    private static Table create(String formatVersion) {
        return client.createTable(
                TableIdentifier.of(NS, "t" + tables++),
                WrittenRows.SCHEMA,
                PartitionSpec.builderFor(WrittenRows.SCHEMA).identity("grp").build(),
                new HashMap<>(Map.of(TableProperties.FORMAT_VERSION, formatVersion)));
    }

    private static Table withFiles(int files) {
        Table table = create("2");
        WrittenRows rows = new WrittenRows(table);
        var append = table.newFastAppend();
        for (int i = 0; i < files; i++) {
            append.appendFile(rows.write(i, i + 1, "g" + i));
        }
        append.commit();
        return table;
    }

    private static String path(Table table) {
        return TABLES + table.name().substring(table.name().lastIndexOf('.') + 1);
    }

    private static Wire.Answer plan(Table table, String request) {
        return wire.post(path(table) + "/plan", request);
    }

    private static JsonNode planned(Table table, String request) {
        Wire.Answer answer = plan(table, request);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        JsonNode json = answer.json();
        assertThat(json.path("status").asText()).as(answer.text()).isEqualTo("completed");
        return json;
    }

    @Test
    void whatWorksIsAdvertised() {
        String endpoints = wire.get("/v1/config").json().path("endpoints").toString();
        String table = "/v1/{prefix}/namespaces/{namespace}/tables/{table}";

        assertThat(endpoints)
                .contains("POST " + table + "/plan\"")
                .contains("GET " + table + "/plan/{plan-id}\"")
                .contains("DELETE " + table + "/plan/{plan-id}\"")
                .contains("POST " + table + "/tasks\"");
    }

    @Test
    void anEmptyTableIsCompletedWithNothing() {
        JsonNode json = planned(create("2"), "{}");

        assertThat(json.path("plan-id").asText()).isNotEmpty();
        assertThat(json.path("file-scan-tasks")).isEmpty();
        assertThat(json.has("plan-tasks")).isFalse();
        assertThat(json.has("delete-files")).isFalse();
        assertThat(json.has("storage-credentials")).isFalse();
    }

    @Test
    void explicitNullsAreAsIfNothingWasSaid() {
        JsonNode json =
                planned(
                        withFiles(1),
                        """
                        {"snapshot-id":null,"select":null,"case-sensitive":null,
                         "use-snapshot-schema":null,"start-snapshot-id":null,
                         "end-snapshot-id":null,"stats-fields":null,"min-rows-requested":null}
                        """);

        assertThat(json.path("file-scan-tasks")).hasSize(1);
    }

    /// A filter that is lost must not widen the scan unseen.
    @Test
    void aFilterThatIsNullIsRefused() {
        assertThat(plan(withFiles(1), "{\"filter\":null}").status()).isEqualTo(400);
    }

    @Test
    void residualsAreWhatThePartitionLeavesOpen() {
        Table table = withFiles(2);
        JsonNode open = planned(table, "{\"filter\":true}").path("file-scan-tasks");
        assertThat(open).hasSize(2).allMatch(task -> task.path("residual-filter").asBoolean());

        JsonNode filtered =
                planned(
                                table,
                                """
                                {"filter":{"type":"and",
                                  "left":{"type":"eq","term":"grp","value":"g1"},
                                  "right":{"type":"gt","term":"id","value":0}}}
                                """)
                        .path("file-scan-tasks");
        assertThat(filtered).hasSize(1);
        assertThat(filtered.get(0).path("residual-filter").toString())
                .isEqualTo("{\"type\":\"gt\",\"term\":\"id\",\"value\":0}");
    }

    @Test
    void everyDeletionVectorOfOnePuffinFileIsTold() {
        Table table = create("3");
        WrittenRows rows = new WrittenRows(table);
        DataFile one = rows.write(0, 3, "a");
        DataFile two = rows.write(3, 6, "a");
        table.newFastAppend().appendFile(one).appendFile(two).commit();
        var delta = table.newRowDelta();
        rows.deleteByVectors(1, one, two).forEach(delta::addDeletes);
        delta.commit();

        JsonNode json = planned(table, "{}");

        assertThat(json.path("delete-files")).hasSize(2);
        Set<String> paths = new HashSet<>();
        Set<String> offsets = new HashSet<>();
        for (JsonNode task : json.path("file-scan-tasks")) {
            JsonNode references = task.path("delete-file-references");
            assertThat(references).hasSize(1);
            JsonNode vector = json.path("delete-files").get(references.get(0).asInt());
            assertThat(vector.path("referenced-data-file"))
                    .isEqualTo(task.path("data-file").path("file-path"));
            assertThat(task.path("data-file").has("first-row-id")).isTrue();
            paths.add(vector.path("file-path").asText());
            offsets.add(vector.path("content-offset").asText());
        }
        assertThat(paths).hasSize(1);
        assertThat(offsets).hasSize(2);
    }

    @Test
    void aDeleteFileOfManyFilesIsToldOnce() {
        Table table = create("2");
        WrittenRows rows = new WrittenRows(table);
        DataFile one = rows.write(0, 3, "a");
        DataFile two = rows.write(3, 6, "a");
        table.newFastAppend().appendFile(one).appendFile(two).commit();
        table.newRowDelta()
                .addDeletes(rows.deleteIds(one, 1, 4))
                .addDeletes(rows.deletePositions(one, 0))
                .commit();

        JsonNode json = planned(table, "{}");

        assertThat(json.path("delete-files")).hasSize(2);
        Set<Integer> sizes = new HashSet<>();
        json.path("file-scan-tasks")
                .forEach(task -> sizes.add(task.path("delete-file-references").size()));
        assertThat(sizes).contains(2);
    }

    @Test
    void pagesAreFetchedByTheirTokens() {
        Table table = withFiles(8);
        JsonNode json = planned(table, "{}");
        Set<String> paths = new HashSet<>();
        int pages = 0;
        while (true) {
            json.path("file-scan-tasks")
                    .forEach(task -> paths.add(task.at("/data-file/file-path").asText()));
            pages++;
            if (!json.has("plan-tasks")) {
                break;
            }
            assertThat(json.path("plan-tasks")).hasSize(1);
            String request = "{\"plan-task\":" + json.path("plan-tasks").get(0) + "}";
            json = wire.post(path(table) + "/tasks", request).json();
        }
        assertThat(pages).isEqualTo(3);
        assertThat(paths).hasSize(8);
    }

    @Test
    void appendsBetweenSnapshotsAreThoseAfterTheFirst() {
        Table table = withFiles(1);
        long first = table.currentSnapshot().snapshotId();
        WrittenRows rows = new WrittenRows(table);
        DataFile second = rows.write(10, 12, "g");
        table.newFastAppend().appendFile(second).commit();
        long last = table.currentSnapshot().snapshotId();
        String between = "\"start-snapshot-id\":%d,\"end-snapshot-id\":%d".formatted(first, last);

        JsonNode json = planned(table, "{%s}".formatted(between));
        assertThat(json.path("file-scan-tasks")).hasSize(1);
        assertThat(json.at("/file-scan-tasks/0/data-file/file-path").asText())
                .isEqualTo(second.location());

        assertThat(plan(table, "{\"snapshot-id\":%d,%s}".formatted(last, between)).status())
                .isEqualTo(400);
        assertThat(plan(table, "{\"start-snapshot-id\":%d}".formatted(first)).status())
                .isEqualTo(400);
        assertThat(
                        plan(
                                        table,
                                        "{\"start-snapshot-id\":%d,\"end-snapshot-id\":%d}"
                                                .formatted(last, first))
                                .status())
                .isEqualTo(400);
    }

    @Test
    void plansEndByTheirIdsAndUnknownOnesAreSaidToBeUnknown() {
        Table table = withFiles(1);
        String id = planned(table, "{}").path("plan-id").asText();
        String plan = path(table) + "/plan/";

        assertThat(wire.delete(plan + id).status()).isEqualTo(204);
        assertThat(wire.delete(plan + id).status()).isEqualTo(204);
        assertThat(wire.delete(plan + "unknown").error()).isEqualTo("404 NoSuchPlanIdException");
        assertThat(wire.get(plan + "unknown").error()).isEqualTo("404 NoSuchPlanIdException");
        assertThat(wire.get(plan + id).error()).isEqualTo("404 NoSuchPlanIdException");
        assertThat(wire.get(TABLES + "missing/plan/" + id).error())
                .isEqualTo("404 NoSuchTableException");
        assertThat(wire.post(TABLES + "missing/plan", "{}").error())
                .isEqualTo("404 NoSuchTableException");
        assertThat(wire.post(path(table) + "/tasks", "{\"plan-task\":\"x\"}").error())
                .isEqualTo("404 NoSuchPlanTaskException");
        assertThat(wire.post(path(table) + "/tasks", "{}").status()).isEqualTo(400);
    }

    @Test
    void aPlanThatFailsIsAnAnswerWithItsReason() {
        Table table = withFiles(1);
        String list = table.currentSnapshot().manifestListLocation();
        table.io().deleteFile(list);

        Wire.Answer answer = plan(table, "{}");

        assertThat(answer.status()).isEqualTo(200);
        JsonNode json = answer.json();
        assertThat(json.path("status").asText()).isEqualTo("failed");
        assertThat(json.has("plan-id")).isFalse();
        assertThat(json.at("/error/type").asText()).isEqualTo("NotFoundException");
        assertThat(json.at("/error/code").asInt()).isEqualTo(404);
        assertThat(json.at("/error/message").asText()).contains(list);
    }

    @Test
    void aTableMaySayWhoPlansItsScans() {
        Table table = create("2");
        assertThat(wire.get(path(table)).json().path("config").has("scan-planning-mode")).isFalse();

        table.updateProperties().set("scan-planning-mode", "Server").commit();
        assertThat(wire.get(path(table)).json().at("/config/scan-planning-mode").asText())
                .isEqualTo("server");
        assertThat(client.loadTable(identifier(table)).getClass().getSimpleName())
                .isEqualTo("RESTTable");

        // A table must not become unreadable by a word that clients do not know.
        table.updateProperties().set("scan-planning-mode", "nobody").commit();
        assertThat(wire.get(path(table)).json().path("config").has("scan-planning-mode")).isFalse();
        assertThat(client.loadTable(identifier(table)).getClass().getSimpleName())
                .isEqualTo("BaseTable");
    }

    private static TableIdentifier identifier(Table table) {
        return TableIdentifier.of(NS, table.name().substring(table.name().lastIndexOf('.') + 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"eq\",\"term\":\"id\",\"value\":\"x\"}",
                "{\"type\":\"eq\",\"term\":\"id\",\"value\":null}",
                "{\"type\":\"eq\",\"term\":\"id\"}",
                "{\"type\":\"eq\",\"term\":\"at\",\"value\":1}",
                "{\"type\":\"in\",\"term\":\"id\",\"values\":1}",
                "{\"type\":\"in\",\"term\":\"id\",\"values\":[{}]}",
                "{\"type\":\"starts-with\",\"term\":\"id\",\"value\":\"x\"}",
                "{\"type\":\"is-nan\",\"term\":\"id\"}",
                "{\"type\":\"and\",\"left\":true}",
                "{\"type\":\"nothing\"}",
                "{\"type\":\"eq\",\"term\":{\"type\":\"transform\",\"transform\":\"bucket[x]\",\"term\":\"id\"},\"value\":1}",
                "{\"type\":\"eq\",\"term\":{\"type\":\"transform\",\"transform\":\"day\",\"term\":\"id\"},\"value\":1}",
                "{\"type\":\"count-star\",\"term\":\"id\"}",
                "[]",
                "7",
                "\"x\"",
            })
    void aFilterThatMeansNothingIsRefused(String filter) {
        Wire.Answer answer = plan(withFiles(1), "{\"filter\":" + filter + "}");

        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.error()).startsWith("400 ");
    }

    @Test
    void noRequestBreaksTheServer() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Table table = withFiles(4);
        String token = planned(table, "{}").path("plan-tasks").get(0).asText();
        for (int i = 0; i < FUZZED; i++) {
            boolean asPlan = random.nextBoolean();
            String body =
                    asPlan
                            ? "{\"filter\":%s,\"case-sensitive\":%s,\"min-rows-requested\":%d}"
                                    .formatted(
                                            expression(random, 4),
                                            random.nextBoolean(),
                                            random.nextInt(3))
                            : "{\"plan-task\":\"%s\"}".formatted(changed(token, random));
            Wire.Answer answer = wire.post(path(table) + (asPlan ? "/plan" : "/tasks"), body);
            assertThat(answer.status())
                    .as("seed %s: %s -> %s", seed, body, answer.text())
                    .isIn(asPlan ? List.of(200, 400) : List.of(404));
            if (answer.status() == 200) {
                assertThat(answer.json().path("status").asText())
                        .as("seed %s: %s -> %s", seed, body, answer.text())
                        .isEqualTo("completed");
            }
        }
    }

    /// Most of them mean something, some do not.
    private static String expression(Random random, int depth) {
        String term =
                List.of(
                                "\"id\"",
                                "\"grp\"",
                                "\"at.city\"",
                                "\"ID\"",
                                "\"at\"",
                                "{\"type\":\"reference\",\"term\":\"id\"}",
                                "{\"type\":\"transform\",\"transform\":\"bucket[4]\",\"term\":\"id\"}",
                                "{\"type\":\"transform\",\"transform\":\"truncate[1]\",\"term\":\"grp\"}",
                                "{\"type\":\"transform\",\"transform\":\"year\",\"term\":\"grp\"}")
                        .get(random.nextInt(9));
        List<String> literals =
                List.of("1", "-1", "\"g1\"", "\"\"", "1.5", "true", "null", "9e99", "[]", "\"1\"");
        String literal = literals.get(random.nextInt(literals.size()));
        List<String> unary = List.of("is-null", "not-null", "is-nan", "not-nan");
        List<String> binary =
                List.of(
                        "lt",
                        "lt-eq",
                        "gt",
                        "gt-eq",
                        "eq",
                        "not-eq",
                        "starts-with",
                        "not-starts-with");
        return switch (random.nextInt(depth > 0 ? 9 : 6)) {
            case 0 -> "true";
            case 1 -> "{\"type\":\"%s\",\"term\":%s}".formatted(unary.get(random.nextInt(4)), term);
            case 2, 3 ->
                    "{\"type\":\"%s\",\"term\":%s,\"value\":%s}"
                            .formatted(binary.get(random.nextInt(8)), term, literal);
            case 4 ->
                    "{\"type\":\"%s\",\"term\":%s,\"values\":[%s,%s]}"
                            .formatted(
                                    random.nextBoolean() ? "in" : "not-in",
                                    term,
                                    literal,
                                    literals.get(random.nextInt(2)));
            case 5 -> random.nextInt(8) == 0 ? literal : "false";
            case 6 -> "{\"type\":\"not\",\"child\":%s}".formatted(expression(random, depth - 1));
            default ->
                    "{\"type\":\"%s\",\"left\":%s,\"right\":%s}"
                            .formatted(
                                    random.nextBoolean() ? "and" : "or",
                                    expression(random, depth - 1),
                                    expression(random, depth - 1));
        };
    }

    private static String changed(String token, Random random) {
        char[] changed = token.toCharArray();
        int at = random.nextInt(changed.length - 1);
        char before = changed[at];
        while (changed[at] == before) {
            changed[at] =
                    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=. "
                            .charAt(random.nextInt(69));
        }
        return new String(changed);
    }
}
