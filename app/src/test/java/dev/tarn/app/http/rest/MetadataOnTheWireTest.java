package dev.tarn.app.http.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tarn.app.http.Wire;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What clients send into the metadata of a table comes back as they sent it: in the answer to the
/// commit, in the next load, and in the file.
class MetadataOnTheWireTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final AtomicInteger COUNT = new AtomicInteger();

    private static TestServer server;
    private static Wire wire;

    @BeforeAll
    static void start() {
        server = new TestServer(TestStore.SQLITE);
        wire = new Wire(server.port());
        wire.post("/v1/namespaces", "{\"namespace\":[\"shop\"]}");
    }

    @AfterAll
    static void stop() {
        wire.close();
        server.close();
    }

    // lakekeeper/lakekeeper#1767
    @Test
    void theLastPropertyCanBeRemoved() {
        String table = table(2, column(1, "\"long\""));
        JsonNode before = wire.get(table).json().path("metadata").path("properties");
        String all =
                before.propertyStream()
                        .map(property -> '"' + property.getKey() + '"')
                        .collect(Collectors.joining(","));
        JsonNode after =
                committed(
                        table,
                        "{\"action\":\"remove-properties\",\"removals\":[%s]}".formatted(all));

        assertThat(before).isNotEmpty();
        assertThat(after.path("properties").isObject()).isTrue();
        assertThat(after.path("properties")).isEmpty();
    }

    // The guard in lakekeeper's commit_tables.rs.
    @Test
    void aSchemaRemovedAndAnotherAddedInOneCommitAreNotMixedUp() {
        String table = table(2, column(1, "\"long\""));
        committed(table, addSchema(column(1, "\"long\"") + "," + column(2, "\"string\"")));
        JsonNode metadata =
                committed(
                        table,
                        "{\"action\":\"remove-schemas\",\"schema-ids\":[1]},"
                                + addSchema(column(1, "\"long\"") + "," + column(3, "\"date\""))
                                + ",{\"action\":\"set-current-schema\",\"schema-id\":-1}");

        JsonNode current = metadata.path("schemas").path(1);
        assertThat(metadata.path("schemas")).hasSize(2);
        assertThat(metadata.path("current-schema-id")).isEqualTo(current.path("schema-id"));
        assertThat(current.path("fields").path(1).path("type").asText()).isEqualTo("date");
    }

    // The same, in Iceberg's builder.
    @Test
    void aRemovedSchemaDoesNotBecomeCurrent() {
        String table = table(2, column(1, "\"long\""));
        committed(table, addSchema(column(1, "\"long\"") + "," + column(2, "\"string\"")));
        JsonNode before = wire.get(table).json();

        Wire.Answer answer =
                commit(
                        table,
                        "",
                        "{\"action\":\"remove-schemas\",\"schema-ids\":[1]},"
                                + "{\"action\":\"set-current-schema\",\"schema-id\":1}");
        assertThat(answer.error()).isEqualTo("400 BadRequestException");
        assertThat(wire.get(table).json()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"set-current-schema\",\"schema-id\":99",
                "\"set-default-spec\",\"spec-id\":99",
                "\"set-default-sort-order\",\"sort-order-id\":99",
                "\"set-snapshot-ref\",\"ref-name\":\"main\",\"type\":\"branch\",\"snapshot-id\":99"
            })
    void anIdThatIsNotThereIsABadRequest(String update) {
        String table = table(2, column(1, "\"long\""));
        assertThat(commit(table, "", "{\"action\":" + update + "}").error())
                .isEqualTo("400 BadRequestException");
    }

    // projectnessie/nessie CHANGELOG: assert-ref-snapshot-id with null.
    @Test
    void aBranchRequiredNotToExistIsAConflictOnceItDoes() {
        String table = table(2, column(1, "\"long\""));
        String requirement =
                "{\"type\":\"assert-ref-snapshot-id\",\"ref\":\"main\",\"snapshot-id\":null}";

        assertThat(commit(table, requirement, snapshot(1, 1, "") + "," + main(1)).status())
                .isEqualTo(200);
        assertThat(commit(table, requirement, snapshot(2, 2, "") + "," + main(2)).error())
                .isEqualTo("409 CommitFailedException");
    }

    // projectnessie/nessie 0.105.7
    @Test
    void nestedFieldsPartitionSortAndIdentify() {
        String name = "t" + COUNT.incrementAndGet();
        Wire.Answer created =
                wire.post(
                        "/v1/namespaces/shop/tables",
                        """
                        {"name":"%s","schema":{"type":"struct","schema-id":0,"identifier-field-ids":[3],"fields":[
                          {"id":1,"name":"id","required":true,"type":"long"},
                          {"id":2,"name":"at","required":true,"type":{"type":"struct","fields":[
                            {"id":3,"name":"place","required":true,"type":"string"}]}}]},
                         "partition-spec":{"spec-id":0,"fields":[
                            {"source-id":3,"field-id":1000,"name":"p","transform":"bucket[4]"}]},
                         "write-order":{"order-id":1,"fields":[
                            {"source-id":3,"transform":"identity","direction":"asc","null-order":"nulls-first"}]}}
                        """
                                .formatted(name));
        assertThat(created.status()).as(created.text()).isEqualTo(200);
        JsonNode metadata = committed("/v1/namespaces/shop/tables/" + name, setProperty("a", "b"));

        JsonNode schema = metadata.path("schemas").path(0);
        int place =
                schema.path("fields")
                        .path(1)
                        .path("type")
                        .path("fields")
                        .path(0)
                        .path("id")
                        .asInt();
        assertThat(schema.path("identifier-field-ids").path(0).asInt()).isEqualTo(place);
        assertThat(source(metadata, "partition-specs")).isEqualTo(place);
        assertThat(source(metadata, "sort-orders")).isEqualTo(place);
    }

    private static int source(JsonNode metadata, String list) {
        return metadata.path(list).path(0).path("fields").path(0).path("source-id").asInt();
    }

    // projectnessie/nessie 0.105.3
    @Test
    void theLastColumnIdCountsWhatIsNestedAndNeverFalls() {
        String table = table(2, column(1, "\"long\""));
        String map =
                """
                {"type":"map","key-id":3,"key":"string","value-id":4,"value-required":false,"value":
                  {"type":"list","element-id":5,"element-required":false,"element":"int"}}
                """;
        JsonNode wide = committed(table, addSchema(column(1, "\"long\"") + "," + column(2, map)));
        JsonNode narrow =
                committed(table, addSchema(column(1, "\"long\"") + "," + column(2, "\"string\"")));

        assertThat(wide.path("last-column-id").asInt()).isEqualTo(5);
        assertThat(narrow.path("last-column-id").asInt()).isEqualTo(5);
        assertThat(
                        commit(
                                        table,
                                        "{\"type\":\"assert-last-assigned-field-id\",\"last-assigned-field-id\":4}",
                                        setProperty("a", "b"))
                                .error())
                .isEqualTo("409 CommitFailedException");
    }

    @ParameterizedTest
    @ValueSource(longs = {9_007_199_254_740_993L, Long.MAX_VALUE, 1})
    void idsKeepAllTheirDigits(long id) {
        String table = table(2, column(1, "\"long\""));
        JsonNode metadata = committed(table, snapshot(id, 1, "") + "," + main(id));

        assertThat(metadata.path("current-snapshot-id").bigIntegerValue().longValueExact())
                .isEqualTo(id);
        assertThat(metadata.path("snapshots").path(0).path("snapshot-id").longValue())
                .isEqualTo(id);
        assertThat(metadata.path("snapshot-log").path(0).path("snapshot-id").longValue())
                .isEqualTo(id);
    }

    @Test
    void rowIdsThatWouldOverflowAreRefused() {
        String table = table(3, column(1, "\"long\""));
        String rows = "\"first-row-id\":%d,\"added-rows\":%d,";
        committed(table, snapshot(1, 1, rows.formatted(0, Long.MAX_VALUE)));

        Wire.Answer more = commit(table, "", snapshot(2, 2, rows.formatted(Long.MAX_VALUE, 10)));
        assertThat(more.error()).isEqualTo("400 BadRequestException");
        assertThat(wire.get(table).json().path("metadata").path("next-row-id").longValue())
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void largeMetadataIsTakenAndGivenBack() {
        int columns = 1_500;
        String fields =
                IntStream.rangeClosed(1, columns)
                        .mapToObj(i -> column(i, "\"string\""))
                        .collect(Collectors.joining(","));
        String table = table(2, fields);
        int snapshots = 3_000;
        committed(
                table,
                IntStream.rangeClosed(1, snapshots)
                                .mapToObj(i -> snapshot(i, i, ""))
                                .collect(Collectors.joining(","))
                        + ","
                        + main(snapshots));
        JsonNode metadata = committed(table, setProperty("a", "x".repeat(100_000)));

        assertThat(metadata.path("schemas").path(0).path("fields")).hasSize(columns);
        assertThat(metadata.path("snapshots")).hasSize(snapshots);
        assertThat(metadata.path("properties").path("a").asText()).hasSize(100_000);
    }

    @Test
    void aTransactionMayChangeManyTables() {
        int tables = 60;
        String changes =
                IntStream.range(0, tables)
                        .mapToObj(i -> table(2, column(1, "\"long\"")))
                        .map(path -> path.substring(path.lastIndexOf('/') + 1))
                        .map(name ->
                                """
                                {"identifier":{"namespace":["shop"],"name":"%s"},"requirements":[],"updates":[%s]}
                                """
                                        .formatted(name, setProperty("all", name)))
                        .collect(Collectors.joining(","));
        Wire.Answer answer =
                wire.post("/v1/transactions/commit", "{\"table-changes\":[" + changes + "]}");

        assertThat(answer.status()).as(answer.text()).isEqualTo(204);
        String last = "t" + COUNT.get();
        assertThat(
                        wire.get("/v1/namespaces/shop/tables/" + last)
                                .json()
                                .path("metadata")
                                .path("properties")
                                .path("all")
                                .asText())
                .isEqualTo(last);
    }

    @Test
    void anUpdateOrRequirementThatNobodyKnowsIsABadRequest() {
        String table = table(2, column(1, "\"long\""));
        assertThat(commit(table, "", "{\"action\":\"shred\"}").error())
                .isEqualTo("400 BadRequestException");
        assertThat(commit(table, "{\"type\":\"assert-luck\"}", setProperty("a", "b")).error())
                .isEqualTo("400 BadRequestException");
    }

    @Test
    void aCommitThatChangesNothingLeavesTheFileAlone() {
        String table = table(2, column(1, "\"long\""));
        committed(table, snapshot(1, 1, "") + "," + main(1));
        JsonNode before = wire.get(table).json();

        assertThat(commit(table, "", "").json().path("metadata-location"))
                .isEqualTo(before.path("metadata-location"));
        assertThat(commit(table, "", main(1)).json().path("metadata-location"))
                .isEqualTo(before.path("metadata-location"));
        assertThat(wire.get(table).json()).isEqualTo(before);
    }

    // apache/iceberg#14363
    @Test
    void aCommitToATableThatWasReplacedIsAConflict() {
        String table = table(2, column(1, "\"long\""));
        String requirement =
                "{\"type\":\"assert-table-uuid\",\"uuid\":\"%s\"}"
                        .formatted(
                                wire.get(table)
                                        .json()
                                        .path("metadata")
                                        .path("table-uuid")
                                        .asText());
        assertThat(commit(table, requirement, setProperty("a", "b")).status()).isEqualTo(200);
        wire.delete(table);
        createTable(table.substring(table.lastIndexOf('/') + 1), 2, column(1, "\"long\""));

        assertThat(commit(table, requirement, setProperty("a", "c")).error())
                .isEqualTo("409 CommitFailedException");
    }

    // apache/iceberg#13143
    @Test
    void aCommitToATableWhoseFileIsGoneIsNotFound() throws IOException {
        try (var forgetful = TestServer.withoutCache(TestStore.SQLITE);
                var direct = new Wire(forgetful.port())) {
            direct.post("/v1/namespaces", "{\"namespace\":[\"shop\"]}");
            String location =
                    direct.post(
                                    "/v1/namespaces/shop/tables",
                                    "{\"name\":\"t\",\"schema\":{\"type\":\"struct\",\"fields\":[]}}")
                            .json()
                            .path("metadata-location")
                            .asText();
            Files.delete(Path.of(URI.create(location)));

            String body = "{\"requirements\":[],\"updates\":[%s]}".formatted(setProperty("a", "b"));
            assertThat(direct.post("/v1/namespaces/shop/tables/t", body).error())
                    .isEqualTo("404 NotFoundException");
            assertThat(direct.get("/v1/namespaces/shop/tables/t").error())
                    .isEqualTo("404 NotFoundException");
        }
    }

    // apache/iceberg#15126, apache/polaris#5138
    @ParameterizedTest
    @ValueSource(ints = {3, 300})
    void aStaleSequenceNumberIsAConflict(int history) {
        String table = table(2, column(1, "\"long\""));
        committed(table, appended(history));

        Wire.Answer stale = commit(table, "", snapshot(history + 1, history, parent(history)));
        assertThat(stale.error()).isEqualTo("409 CommitFailedException");
        assertThat(stale.message()).contains("older than last sequence number " + history);
    }

    // apache/iceberg#15126, apache/polaris#5138
    @ParameterizedTest
    @ValueSource(ints = {3, 300})
    void aStaleFirstRowIdIsAConflict(int history) {
        String table = table(3, column(1, "\"long\""));
        committed(
                table,
                IntStream.rangeClosed(1, history)
                        .mapToObj(i ->
                                snapshot(
                                        i,
                                        i,
                                        "\"first-row-id\":%d,\"added-rows\":1,".formatted(i - 1)))
                        .collect(Collectors.joining(",")));

        Wire.Answer stale =
                commit(
                        table,
                        "",
                        snapshot(
                                history + 1,
                                history + 1,
                                "\"first-row-id\":%d,\"added-rows\":1,".formatted(history - 1)));
        assertThat(stale.error()).isEqualTo("409 CommitFailedException");
        assertThat(stale.message()).contains("first-row-id is behind table next-row-id");
    }

    @Test
    void everythingOfFormatThreeIsKeptThroughCommits() {
        String table =
                table(
                        3,
                        String.join(
                                ",",
                                column(1, "\"long\""),
                                column(2, "\"variant\""),
                                column(3, "\"geometry(EPSG:4326)\""),
                                column(4, "\"geography(EPSG:4326, karney)\""),
                                column(5, "\"timestamptz_ns\""),
                                column(6, "\"unknown\""),
                                """
                                {"id":7,"name":"c7","required":true,"type":"int","initial-default":34,"write-default":35}
                                """,
                                """
                                {"id":8,"name":"c8","required":false,"type":"string","write-default":"ü\\"\\\\"}
                                """));
        JsonNode created = wire.get(table).json().path("metadata");
        JsonNode full =
                committed(
                        table,
                        """
                        {"action":"add-encryption-key","encryption-key":{"key-id":"k1","encrypted-key-metadata":"AAECAwQ=",
                          "encrypted-by-id":"kms","properties":{"p":"q"}}},
                        {"action":"add-snapshot","snapshot":{"snapshot-id":1,"sequence-number":1,"timestamp-ms":%d,
                          "first-row-id":0,"added-rows":5,"key-id":"k1","schema-id":0,
                          "summary":{"operation":"delete","added-dvs":"1","total-delete-files":"1"},
                          "manifest-list":"s3://lake/snap.avro"}},
                        %s,
                        {"action":"set-statistics","statistics":{"snapshot-id":1,"statistics-path":"s3://lake/s.puffin",
                          "file-size-in-bytes":413,"file-footer-size-in-bytes":42,"blob-metadata":[
                            {"type":"apache-datasketches-theta-v1","snapshot-id":1,"sequence-number":1,"fields":[1],
                             "properties":{"ndv":"4"}}]}},
                        {"action":"set-partition-statistics","partition-statistics":{"snapshot-id":1,
                          "statistics-path":"s3://lake/p.parquet","file-size-in-bytes":43}}
                        """
                                .formatted(System.currentTimeMillis(), main(1)));
        JsonNode later = committed(table, setProperty("a", "b"));

        assertThat(created.path("schemas").path(0).path("fields"))
                .extracting(field -> field.path("type").asText())
                .containsExactly(
                        "long",
                        "variant",
                        "geometry(EPSG:4326)",
                        "geography(EPSG:4326, karney)",
                        "timestamptz_ns",
                        "unknown",
                        "int",
                        "string");
        JsonNode seventh = created.path("schemas").path(0).path("fields").path(6);
        assertThat(seventh.path("initial-default").asInt()).isEqualTo(34);
        assertThat(seventh.path("write-default").asInt()).isEqualTo(35);
        assertThat(full.path("next-row-id").asLong()).isEqualTo(5);
        assertThat(full.path("encryption-keys").path(0).path("encrypted-key-metadata").asText())
                .isEqualTo("AAECAwQ=");
        assertThat(full.path("snapshots").path(0).path("key-id").asText()).isEqualTo("k1");
        assertThat(full.path("statistics").path(0).path("blob-metadata")).hasSize(1);
        assertThat(full.path("partition-statistics")).hasSize(1);
        for (String kept :
                new String[] {
                    "format-version",
                    "schemas",
                    "next-row-id",
                    "encryption-keys",
                    "snapshots",
                    "refs",
                    "statistics",
                    "partition-statistics",
                    "snapshot-log",
                    "last-sequence-number"
                }) {
            assertThat(later.path(kept)).as(kept).isEqualTo(full.path(kept));
        }
        assertThat(later.path("schemas")).isEqualTo(created.path("schemas"));
    }

    @Test
    void aTableOfFormatOneKeepsWhatOldReadersNeed() {
        String table = table(1, column(1, "\"long\""));
        JsonNode metadata =
                committed(table, snapshot(1, 0, "").replace("\"sequence-number\":0,", ""));

        assertThat(metadata.path("format-version").asInt()).isEqualTo(1);
        assertThat(metadata.path("schema").path("fields")).hasSize(1);
        assertThat(metadata.path("partition-spec").isArray()).isTrue();
        assertThat(metadata.has("last-sequence-number")).isFalse();
    }

    @Test
    void halfACharacterIsKeptAsItIs() {
        String table = table(2, column(1, "\"long\""));
        JsonNode metadata = committed(table, setProperty("half", "\\ud83d"));

        assertThat(metadata.path("properties").path("half").asText()).isEqualTo("\ud83d");
    }

    /// Commits, and checks that the answer, the next load and the file say the same.
    private static JsonNode committed(String table, String updates) {
        Wire.Answer answer = commit(table, "", updates);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        JsonNode metadata = answer.json().path("metadata");
        String location = answer.json().path("metadata-location").asText();

        assertThat(wire.get(table).json().path("metadata")).isEqualTo(metadata);
        assertThat(wire.get(table, "Accept-Encoding", "gzip").json().path("metadata"))
                .isEqualTo(metadata);
        assertThat(file(location)).isEqualTo(metadata);
        return metadata;
    }

    private static JsonNode file(String location) {
        try {
            byte[] content = Files.readAllBytes(Path.of(URI.create(location)));
            if (!location.endsWith(".gz.metadata.json")) {
                return MAPPER.readTree(content);
            }
            try (var gzip = new GZIPInputStream(new ByteArrayInputStream(content))) {
                return MAPPER.readTree(gzip.readAllBytes());
            }
        } catch (IOException e) {
            throw new AssertionError("Cannot read " + location, e);
        }
    }

    private static Wire.Answer commit(String table, String requirements, String updates) {
        return wire.post(
                table, "{\"requirements\":[%s],\"updates\":[%s]}".formatted(requirements, updates));
    }

    private static String table(int format, String fields) {
        String name = "t" + COUNT.incrementAndGet();
        createTable(name, format, fields);
        return "/v1/namespaces/shop/tables/" + name;
    }

    private static void createTable(String name, int format, String fields) {
        Wire.Answer created =
                wire.post(
                        "/v1/namespaces/shop/tables",
                        """
                        {"name":"%s","schema":{"type":"struct","schema-id":0,"fields":[%s]},
                         "properties":{"format-version":"%d"}}
                        """
                                .formatted(name, fields, format));
        assertThat(created.status()).as(created.text()).isEqualTo(200);
    }

    private static String column(int id, String type) {
        return "{\"id\":%1$d,\"name\":\"c%1$d\",\"required\":false,\"type\":%2$s}"
                .formatted(id, type);
    }

    private static String addSchema(String fields) {
        return "{\"action\":\"add-schema\",\"schema\":{\"type\":\"struct\",\"schema-id\":9,\"fields\":[%s]}}"
                .formatted(fields);
    }

    private static String setProperty(String key, String value) {
        return "{\"action\":\"set-properties\",\"updates\":{\"%s\":\"%s\"}}".formatted(key, value);
    }

    private static String appended(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> snapshot(i, i, ""))
                .collect(Collectors.joining(","));
    }

    private static String parent(long id) {
        return "\"parent-snapshot-id\":" + id + ",";
    }

    /// @param more fields, with a comma behind
    private static String snapshot(long id, long sequenceNumber, String more) {
        return """
        {"action":"add-snapshot","snapshot":{"snapshot-id":%d,"sequence-number":%d,%s"timestamp-ms":%d,
          "summary":{"operation":"append"},"manifest-list":"s3://lake/snap-%d.avro","schema-id":0}}
        """
                .formatted(id, sequenceNumber, more, System.currentTimeMillis(), id);
    }

    private static String main(long id) {
        return """
        {"action":"set-snapshot-ref","ref-name":"main","type":"branch","snapshot-id":%d}
        """
                .formatted(id);
    }
}
