package dev.tarn.app.http.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tarn.app.http.Wire;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.rest.RESTCatalog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The protocol as it stands on the wire: what no suite covers, and how foreign clients differ.
@ParameterizedClass
@EnumSource(TestStore.class)
@SuppressWarnings("NullAway.Init") // before the invocation
class WireTest {
    private static final String SCHEMA =
            """
            {"type":"struct","schema-id":0,"fields":[
              {"id":1,"name":"id","required":true,"type":"long"}]}\
            """;

    private static TestServer server;
    private static Wire wire;
    private static final AtomicInteger count = new AtomicInteger();

    @Parameter TestStore store;

    @BeforeParameterizedClassInvocation
    static void start(TestStore store) {
        server = new TestServer(store);
        wire = new Wire(server.port());
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        wire.close();
        server.close();
    }

    @Test
    void theConfigurationNamesWhatWorks() {
        JsonNode config = wire.get("/v1/config?warehouse=lake").json();

        assertThat(config.path("defaults").isObject()).isTrue();
        assertThat(config.path("overrides").isObject()).isTrue();
        assertThat(config.path("endpoints"))
                .isNotEmpty()
                .extracting(JsonNode::asText)
                .contains(
                        "GET /v1/{prefix}/namespaces",
                        "HEAD /v1/{prefix}/namespaces/{namespace}/tables/{table}",
                        "POST /v1/{prefix}/transactions/commit",
                        "POST /v1/{prefix}/namespaces/{namespace}/register-view");
        assertThat(wire.get("/v1/config?warehouse=other").error())
                .isEqualTo("404 NoSuchWarehouseException");
        assertThat(wire.get("/v1/other/namespaces").error())
                .isEqualTo("404 NoSuchWarehouseException");
        assertThat(wire.get("/v1/lake/namespaces").status()).isEqualTo(200);
    }

    @Test
    void whoeverAsksForATokenIsToldThatThereIsNone() {
        Wire.Answer answer = wire.post("/v1/oauth/tokens", "grant_type=client_credentials");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("error").asText()).isEqualTo("invalid_request");
        assertThat(answer.json().path("error_description").asText()).contains("credential");
    }

    @Test
    void aNamespaceLivesAndEnds() {
        String name = namespace();

        assertThat(wire.head("/v1/namespaces/" + name).status()).isEqualTo(204);
        assertThat(createNamespace(name).error()).isEqualTo("409 AlreadyExistsException");
        assertThat(
                        wire.post(
                                        "/v1/namespaces/" + name + "/properties",
                                        "{\"updates\":{\"a\":\"1\"},\"removals\":[\"b\"]}")
                                .text())
                .isEqualTo("{\"removed\":[],\"updated\":[\"a\"],\"missing\":[\"b\"]}");
        assertThat(
                        wire.post(
                                        "/v1/namespaces/" + name + "/properties",
                                        "{\"updates\":{\"a\":\"1\"},\"removals\":[\"a\"]}")
                                .error())
                .isEqualTo("422 UnprocessableEntityException");
        createTable(name, "t");
        assertThat(wire.delete("/v1/namespaces/" + name).error())
                .isEqualTo("409 NamespaceNotEmptyException");
        assertThat(wire.delete("/v1/namespaces/" + name + "/tables/t").status()).isEqualTo(204);
        assertThat(wire.delete("/v1/namespaces/" + name).status()).isEqualTo(204);
        assertThat(wire.head("/v1/namespaces/" + name).status()).isEqualTo(404);
        assertThat(wire.get("/v1/namespaces/" + name).error())
                .isEqualTo("404 NoSuchNamespaceException");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /v1/namespaces/missing/tables, 404 NoSuchNamespaceException",
        "GET, /v1/namespaces/missing/views, 404 NoSuchNamespaceException",
        "GET, /v1/namespaces?parent=missing, 404 NoSuchNamespaceException",
        "GET, /v1/namespaces/missing/tables/t, 404 NoSuchTableException",
        "GET, /v1/namespaces/missing/views/v, 404 NoSuchViewException",
        "DELETE, /v1/namespaces/missing, 404 NoSuchNamespaceException",
        "DELETE, /v1/namespaces/missing/tables/t, 404 NoSuchTableException",
        "DELETE, /v1/namespaces/missing/views/v, 404 NoSuchViewException",
        "GET, /v1/namespaces?pageSize=0, 400 BadRequestException",
        "GET, /v1/namespaces?pageSize=many, 400 BadRequestException",
        "DELETE, /v1/namespaces/n/tables/t?purgeRequested=perhaps, 400 BadRequestException",
        "GET, /v1/nothing, 404 NoSuchPathException",
        "PUT, /v1/namespaces, 405 MethodNotAllowedException",
        "DELETE, /v1/config, 405 MethodNotAllowedException",
    })
    void aRefusalHasItsStatusAndType(String method, String path, String error) {
        assertThat(wire.send(method, path, null).error()).isEqualTo(error);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{",
                "{\"updates\":[{\"action\":\"fly-away\"}],\"requirements\":[]}",
                "{\"updates\":[],\"requirements\":[{\"type\":\"assert-weather\"}]}",
                "{\"updates\":{},\"requirements\":[]}",
                "{\"updates\":[null],\"requirements\":[]}",
                "{\"updates\":[{\"action\":\"add-schema\"}],\"requirements\":[]}",
            })
    void aBodyThatIsNoCommitIsRefused(String body) {
        String name = namespace();
        createTable(name, "t");

        assertThat(wire.post("/v1/namespaces/" + name + "/tables/t", body).error())
                .startsWith("400 ");
    }

    @Test
    void malformedJsonIsRefusedWithItsPlace() {
        Wire.Answer answer = wire.post("/v1/namespaces", "{\"namespace\":\n  [\"a\",]}");

        assertThat(answer.error()).isEqualTo("400 BadRequestException");
        assertThat(answer.message()).contains("line 2, column 8");
    }

    @Test
    void aStaleRequirementIsAConflict() {
        String name = namespace();
        createTable(name, "t");
        String body =
                """
                {"requirements":[{"type":"assert-table-uuid",
                  "uuid":"00000000-0000-0000-0000-000000000000"}],
                 "updates":[{"action":"set-properties","updates":{"a":"1"}}]}\
                """;

        assertThat(wire.post("/v1/namespaces/" + name + "/tables/t", body).error())
                .isEqualTo("409 CommitFailedException");
    }

    /// PyIceberg leaves `last-column-id` out and names the table in the body as well.
    @Test
    void aSchemaIsAddedWithoutTheLastColumnId() {
        String name = namespace();
        String uuid = createTable(name, "t").path("metadata").path("table-uuid").asText();
        String body =
                """
                {"identifier":{"namespace":["%s"],"name":"t"},
                 "requirements":[{"type":"assert-table-uuid","uuid":"%s"},
                   {"type":"assert-ref-snapshot-id","ref":"main","snapshot-id":null}],
                 "updates":[{"action":"add-schema","schema":{"type":"struct","schema-id":1,"fields":[
                   {"id":1,"name":"id","required":true,"type":"long"},
                   {"id":2,"name":"more","required":false,"type":"string"}]}},
                   {"action":"set-current-schema","schema-id":-1}]}\
                """
                        .formatted(name, uuid);
        Wire.Answer answer = wire.post("/v1/namespaces/" + name + "/tables/t", body);

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.json().path("metadata").path("current-schema-id").asInt()).isEqualTo(1);
        assertThat(answer.json().path("metadata").path("last-column-id").asInt()).isEqualTo(2);
    }

    /// DuckDB stages every table and commits it through the transaction, with ids of its own.
    @Test
    void aStagedTableIsCommittedByATransaction() {
        String name = namespace();
        String create =
                """
                {"name":"t","schema":%s,"stage-create":true,"location":null,"write-order":null,
                 "partition-spec":{"type":"struct","spec-id":0,"fields":[]},"properties":{}}\
                """
                        .formatted(SCHEMA);
        JsonNode staged = wire.post("/v1/namespaces/" + name + "/tables", create).json();
        assertThat(staged.path("metadata-location").isMissingNode()).isTrue();
        assertThat(wire.head("/v1/namespaces/" + name + "/tables/t").status()).isEqualTo(404);

        String commit =
                """
                {"table-changes":[{"identifier":{"namespace":["%s"],"name":"t"},
                  "requirements":[{"type":"assert-create"}],
                  "updates":[{"action":"assign-uuid","uuid":"%s"},
                    {"action":"upgrade-format-version","format-version":2},
                    {"action":"add-schema","schema":%s,"last-column-id":1},
                    {"action":"set-current-schema","schema-id":0},
                    {"action":"add-spec","spec":{"type":"struct","spec-id":0,"fields":[]}},
                    {"action":"set-default-spec","spec-id":0},
                    {"action":"add-sort-order","sort-order":{"type":"struct","order-id":0,"fields":[]}},
                    {"action":"set-default-sort-order","sort-order-id":0},
                    {"action":"set-location","location":"%s"}]}]}\
                """
                        .formatted(
                                name,
                                staged.path("metadata").path("table-uuid").asText(),
                                SCHEMA,
                                staged.path("metadata").path("location").asText());
        Wire.Answer answer = wire.post("/v1/transactions/commit", commit);

        assertThat(answer.status()).as(answer.text()).isEqualTo(204);
        assertThat(answer.response().body()).isEmpty();
        assertThat(wire.head("/v1/namespaces/" + name + "/tables/t").status()).isEqualTo(204);
        assertThat(wire.post("/v1/transactions/commit", commit).error())
                .isEqualTo("409 CommitFailedException");
    }

    @Test
    void aTransactionChangesAllTablesOrNone() {
        String name = namespace();
        createTable(name, "a");
        createTable(name, "b");
        String change =
                """
                {"identifier":{"namespace":["%s"],"name":"%s"},"requirements":[%s],
                 "updates":[{"action":"set-properties","updates":{"seen":"yes"}}]}\
                """;
        String stale =
                "{\"type\":\"assert-table-uuid\",\"uuid\":\"00000000-0000-0000-0000-000000000000\"}";
        Wire.Answer answer =
                wire.post(
                        "/v1/transactions/commit",
                        "{\"table-changes\":[%s,%s]}"
                                .formatted(
                                        change.formatted(name, "a", ""),
                                        change.formatted(name, "b", stale)));

        assertThat(answer.error()).isEqualTo("409 CommitFailedException");
        assertThat(wire.get("/v1/namespaces/" + name + "/tables/a").text()).doesNotContain("seen");
        assertThat(wire.post("/v1/transactions/commit", "{\"table-changes\":[{}]}").error())
                .startsWith("400 ");
    }

    @Test
    void pagesCoverEverythingOnce() {
        String name = namespace();
        TreeSet<String> names = new TreeSet<>();
        for (int i = 0; i < 7; i++) {
            createTable(name, "t" + i);
            names.add("t" + i);
        }
        String path = "/v1/namespaces/" + name + "/tables";

        JsonNode all = wire.get(path).json();
        assertThat(all.path("identifiers")).hasSize(7);
        assertThat(all.path("next-page-token").isNull()).isTrue();
        for (String first : List.of("?pageToken=&pageSize=3", "?pageSize=3")) {
            List<String> seen = new ArrayList<>();
            JsonNode page = wire.get(path + first).json();
            while (true) { // ends with the last token; each page has at least one new name
                page.path("identifiers").forEach(id -> seen.add(id.path("name").asText()));
                if (page.path("next-page-token").isNull()) {
                    break;
                }
                String token =
                        URLEncoder.encode(
                                page.path("next-page-token").asText(), StandardCharsets.UTF_8);
                page = wire.get(path + "?pageSize=3&pageToken=" + token).json();
            }
            assertThat(seen).hasSize(7).containsAll(names);
        }
        assertThat(wire.get(path + "?pageToken=forged").error()).startsWith("400 ");
    }

    @Test
    void namesAreFoundHoweverTheClientEncodesThem() {
        String outer = namespace();
        String odd = outer + " a/b%c+d";
        createNamespace(odd);
        String encoded = outer + "%20a%2Fb%25c%2Bd";
        assertThat(wire.head("/v1/namespaces/" + encoded).status()).isEqualTo(204);
        wire.post("/v1/namespaces", "{\"namespace\":[\"%s\",\"in ner\"]}".formatted(odd));
        assertThat(wire.head("/v1/namespaces/" + encoded + "%1Fin%20ner").status()).isEqualTo(204);

        String once = wire.get("/v1/namespaces?parent=" + encoded).text();
        String twice = wire.get("/v1/namespaces?parent=" + encoded.replace("%", "%25")).text();
        assertThat(once).contains("in ner").isEqualTo(twice);

        // A raw plus is a plus, or a space if only that exists.
        createTable(outer, "x+y");
        createTable(outer, "p q");
        String tables = "/v1/namespaces/" + outer + "/tables/";
        assertThat(wire.head(tables + "x+y").status()).isEqualTo(204);
        assertThat(wire.head(tables + "x%2By").status()).isEqualTo(204);
        assertThat(wire.head(tables + "p+q").status()).isEqualTo(204);
        assertThat(wire.head(tables + "p%2Bq").status()).isEqualTo(404);
    }

    @Test
    void keysGoOnlyToClientsThatAsk() {
        String name = namespace();
        createTable(name, "t");
        String path = "/v1/namespaces/" + name + "/tables/t";

        JsonNode silent = wire.get(path).json();
        assertThat(silent.path("config").path("s3.endpoint").asText()).startsWith("http://");
        assertThat(silent.toString()).doesNotContain("SECRET");
        assertThat(silent.has("storage-credentials")).isFalse();

        JsonNode asking =
                wire.get(path, "X-Iceberg-Access-Delegation", "remote-signing, vended-credentials")
                        .json();
        assertThat(asking.path("config").path("s3.secret-access-key").asText()).isEqualTo("SECRET");
        JsonNode credential = asking.path("storage-credentials").get(0);
        assertThat(credential.path("prefix").asText())
                .isEqualTo(asking.path("metadata").path("location").asText() + "/");
        assertThat(credential.path("config")).isEqualTo(asking.path("config"));
    }

    @Test
    void aFlagMayBeCapitalised() {
        String name = namespace();
        createTable(name, "t");

        assertThat(wire.delete("/v1/namespaces/" + name + "/tables/t?purgeRequested=True").status())
                .isEqualTo(204);
    }

    @Test
    void commitsAreCounted() {
        String name = namespace();
        createTable(name, "t");
        wire.post(
                "/v1/namespaces/" + name + "/tables/t",
                "{\"requirements\":[],\"updates\":[{\"action\":\"set-properties\","
                        + "\"updates\":{\"a\":\"1\"}}]}");

        assertThat(wire.get("/metrics").text())
                .contains("tarn_commits_total{kind=\"table\",outcome=\"committed\"}")
                .contains("route=\"/v1/namespaces/{namespace}/tables/{table}\"")
                .doesNotContain(name);
        assertThat(wire.get("/health/ready").json().path("status").asText()).isEqualTo("UP");
    }

    @Test
    void concurrentAppendersLoseNothing() throws Exception {
        int appenders = 8;
        int appendsEach = 3;
        String name = namespace();
        createTable(name, "t");
        TableIdentifier table = TableIdentifier.of(name, "t");
        try (RESTCatalog client =
                        server.client(
                                "appenders",
                                Map.of("table-override.commit.retry.num-retries", "50"));
                ExecutorService threads = Executors.newFixedThreadPool(appenders)) {
            client.loadTable(table)
                    .updateProperties()
                    .set("commit.retry.num-retries", "50")
                    .set("commit.retry.min-wait-ms", "10")
                    .commit();
            List<Callable<Void>> work = new ArrayList<>();
            for (int i = 0; i < appenders; i++) {
                int appender = i;
                work.add(() -> {
                    Table mine = client.loadTable(table);
                    for (int n = 0; n < appendsEach; n++) {
                        mine.newAppend()
                                .appendFile(
                                        DataFiles.builder(PartitionSpec.unpartitioned())
                                                .withPath("/f-%s-%s.parquet".formatted(appender, n))
                                                .withFileSizeInBytes(10)
                                                .withRecordCount(5)
                                                .build())
                                .commit();
                    }
                    return null;
                });
            }
            for (Future<Void> done : threads.invokeAll(work)) {
                done.get();
            }
            Table after = client.loadTable(table);

            assertThat(after.snapshots()).hasSize(appenders * appendsEach);
            assertThat(after.currentSnapshot().summary())
                    .containsEntry("total-data-files", "24")
                    .containsEntry("total-records", "120");
        }
    }

    private static String namespace() {
        String name = "n" + count.incrementAndGet();
        assertThat(createNamespace(name).status()).isEqualTo(200);
        return name;
    }

    private static Wire.Answer createNamespace(String name) {
        return wire.post("/v1/namespaces", "{\"namespace\":[\"%s\"]}".formatted(name));
    }

    private static JsonNode createTable(String namespace, String name) {
        Wire.Answer answer =
                wire.post(
                        "/v1/namespaces/" + namespace + "/tables",
                        "{\"name\":\"%s\",\"schema\":%s,\"location\":null,\"properties\":{}}"
                                .formatted(name, SCHEMA));
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.json();
    }
}
