package dev.tarn.app.http.rest;

import static dev.tarn.app.http.rest.Served.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tarn.app.http.Wire;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Bodies that create tables, as each client sends them.
class CreatesOfClientsTest {
    @RegisterExtension static final Served served = new Served();

    /// Java sends null for what is not given.
    @Test
    void javaCreatesWithExplicitNulls() {
        String namespace = served.namespace();
        JsonNode created =
                create(
                        namespace,
                        """
                        {"name":"t","location":null,
                         "schema":{"type":"struct","schema-id":0,"fields":[
                          {"id":0,"name":"id","required":false,"type":"long"}]},
                         "partition-spec":null,"write-order":null,"properties":{"owner":"ann"},
                         "stage-create":false}\
                        """);

        JsonNode metadata = created.path("metadata");
        assertThat(metadata.path("location").asText()).isNotEmpty();
        assertThat(metadata.path("partition-specs").get(0).path("fields")).isEmpty();
        assertThat(metadata.path("sort-orders").get(0).path("order-id").asInt()).isZero();
        assertThat(metadata.path("properties").path("owner").asText()).isEqualTo("ann");
    }

    @Test
    void pyIcebergCreatesWithFreshIdsAndWithoutNulls() {
        String namespace = served.namespace();
        JsonNode metadata =
                create(
                                namespace,
                                """
                                {"name":"t",
                                 "schema":{"type":"struct","fields":[
                                  {"id":1,"name":"id","type":"long","required":true},
                                  {"id":2,"name":"grp","type":"string","required":false}],
                                  "schema-id":0,"identifier-field-ids":[1]},
                                 "partition-spec":{"spec-id":0,"fields":[
                                  {"source-id":2,"field-id":1000,"transform":"truncate[2]",
                                   "name":"grp_t"}]},
                                 "write-order":{"order-id":1,"fields":[{"source-id":1,
                                  "transform":"identity","direction":"asc",
                                  "null-order":"nulls-first"}]},
                                 "stage-create":false,"properties":{}}\
                                """)
                        .path("metadata");

        assertThat(metadata.path("format-version").asInt()).isEqualTo(2);
        assertThat(metadata.path("schemas").get(0).path("identifier-field-ids").get(0).asInt())
                .isEqualTo(1);
        assertThat(metadata.path("partition-specs").get(0).path("fields").get(0).path("field-id"))
                .hasToString("1000");
        assertThat(metadata.path("default-sort-order-id").asInt()).isEqualTo(1);
    }

    /// DuckDB stages every table, names partition fields itself, says `"type":"struct"` inside
    /// specs and sort orders, gives real ids, and echoes the properties it was answered.
    @Test
    void duckDbStagesAndCommitsWithIdsOfItsOwn() {
        Wire wire = served.wire();
        String namespace = served.namespace();
        String spec =
                """
                {"type":"struct","spec-id":0,"fields":[
                 {"name":"identity_grp_2","source-id":2,"transform":"identity","field-id":1000},
                 {"name":"bucket_4__id_1","source-id":1,"transform":"bucket[4]","field-id":1001},
                 {"name":"year_at_3","source-id":3,"transform":"year","field-id":1002}]}\
                """;
        JsonNode staged =
                create(
                        namespace,
                        """
                        {"stage-create":true,"name":"t","schema":%s,"partition-spec":%s,
                         "write-order":{"type":"struct","order-id":0,"fields":[]},
                         "properties":{"format-version":"2","owner":"ann"}}\
                        """
                                .formatted(Served.SCHEMA, spec));
        assertThat(staged.has("metadata-location")).isFalse();
        assertThat(wire.head(Served.path(namespace, "t")).status()).isEqualTo(404);

        Wire.Answer committed =
                wire.post(
                        "/v1/transactions/commit",
                        """
                        {"table-changes":[{"identifier":{"namespace":["%s"],"name":"t"},
                         "requirements":[{"type":"assert-create"}],
                         "updates":[{"action":"assign-uuid","uuid":"%s"},
                          {"action":"upgrade-format-version","format-version":2},
                          {"action":"add-schema","schema":%s,"last-column-id":3},
                          {"action":"set-current-schema","schema-id":0},
                          {"action":"add-spec","spec":%s},
                          {"action":"set-default-spec","spec-id":0},
                          {"action":"add-sort-order",
                           "sort-order":{"type":"struct","order-id":0,"fields":[]}},
                          {"action":"set-default-sort-order","sort-order-id":0},
                          {"action":"set-location","location":"%s"},
                          {"action":"set-properties","updates":%s}]}]}\
                        """
                                .formatted(
                                        namespace,
                                        staged.path("metadata").path("table-uuid").asText(),
                                        Served.SCHEMA,
                                        spec,
                                        staged.path("metadata").path("location").asText(),
                                        staged.path("metadata").path("properties")));

        assertThat(committed.status()).as(committed.text()).isEqualTo(204);
        JsonNode metadata = served.metadata(namespace, "t");
        for (String same : new String[] {"table-uuid", "location", "schemas", "partition-specs"}) {
            assertThat(metadata.path(same)).isEqualTo(staged.path("metadata").path(same));
        }
        assertThat(metadata.path("partition-specs").get(0).path("fields"))
                .extracting(field -> field.path("name").asText())
                .containsExactly("identity_grp_2", "bucket_4__id_1", "year_at_3");
        assertThat(metadata.path("properties").path("owner").asText()).isEqualTo("ann");
        assertThat(metadata.path("properties").has("format-version")).isFalse();
    }

    /// Java and PyIceberg name the last added one by -1; the single route takes a staged table too.
    @Test
    void pyIcebergAndJavaCommitAStagedTableByTheLastAdded() {
        String namespace = served.namespace();
        JsonNode staged =
                create(
                        namespace,
                        """
                        {"name":"t","location":null,"schema":%s,"partition-spec":null,
                         "write-order":null,"properties":{},"stage-create":true}\
                        """
                                .formatted(Served.SCHEMA));
        Wire.Answer committed =
                served.wire()
                        .post(
                                Served.path(namespace, "t"),
                                """
                                {"requirements":[{"type":"assert-create"}],
                                 "updates":[{"action":"assign-uuid","uuid":"%s"},
                                  {"action":"upgrade-format-version","format-version":2},
                                  {"action":"add-schema","schema":%s,"last-column-id":3},
                                  {"action":"set-current-schema","schema-id":-1},
                                  {"action":"add-spec","spec":{"spec-id":0,"fields":[]}},
                                  {"action":"set-default-spec","spec-id":-1},
                                  {"action":"add-sort-order",
                                   "sort-order":{"order-id":0,"fields":[]}},
                                  {"action":"set-default-sort-order","sort-order-id":-1},
                                  {"action":"set-location","location":"%s"},
                                  {"action":"set-properties","updates":{}}]}\
                                """
                                        .formatted(
                                                staged.path("metadata").path("table-uuid").asText(),
                                                Served.SCHEMA,
                                                staged.path("metadata").path("location").asText()));

        JsonNode metadata = ok(committed).json().path("metadata");
        assertThat(metadata.path("table-uuid"))
                .isEqualTo(staged.path("metadata").path("table-uuid"));
        assertThat(metadata.path("current-schema-id").asInt()).isZero();
        assertThat(metadata.path("default-spec-id").asInt()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "3"})
    void theFormatVersionIsHonoured(int version) {
        String namespace = served.namespace();
        JsonNode metadata =
                create(namespace, table(Map.of("format-version", "" + version))).path("metadata");

        assertThat(metadata.path("format-version").asInt()).isEqualTo(version);
        assertThat(metadata.path("next-row-id").isNumber()).isEqualTo(version == 3);
        // It is what the table is, not a property of it.
        assertThat(metadata.path("properties").has("format-version")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "5", "three", "2.0", ""})
    void aFormatVersionThatIsNoneIsRefused(String version) {
        String namespace = served.namespace();
        Wire.Answer answer =
                served.wire()
                        .post(
                                "/v1/namespaces/" + namespace + "/tables",
                                table(Map.of("format-version", version)));

        assertThat(answer.error()).startsWith("400 ");
        assertThat(served.wire().head(Served.path(namespace, "t")).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 5})
    void norIsItMadeOfAStagedTable(int version) {
        String namespace = served.namespace();
        Wire.Answer answer =
                served.wire()
                        .post(
                                Served.path(namespace, "t"),
                                """
                                {"requirements":[{"type":"assert-create"}],"updates":[
                                 {"action":"upgrade-format-version","format-version":%d},
                                 {"action":"add-schema","schema":%s,"last-column-id":3},
                                 {"action":"set-current-schema","schema-id":-1},
                                 {"action":"add-spec","spec":{"spec-id":0,"fields":[]}},
                                 {"action":"set-default-spec","spec-id":-1},
                                 {"action":"add-sort-order",
                                  "sort-order":{"order-id":0,"fields":[]}},
                                 {"action":"set-default-sort-order","sort-order-id":-1},
                                 {"action":"set-location","location":"%s"}]}\
                                """
                                        .formatted(
                                                version,
                                                Served.SCHEMA,
                                                served.table(namespace, "other")
                                                                .path("metadata")
                                                                .path("location")
                                                                .asText()
                                                        + "-staged"));

        assertThat(answer.error()).isEqualTo("400 BadRequestException");
    }

    /// Iceberg's own server answers 500.
    @ParameterizedTest
    @CsvSource({
        "2, '\"timestamp_ns\"', ''",
        "2, '\"variant\"', ''",
        "2, '\"geometry\"', ''",
        "2, '\"unknown\"', ''",
        "2, '\"long\"', '\"initial-default\":7,\"write-default\":7,'",
        "1, '\"timestamptz_ns\"', ''",
    })
    void aSchemaThatTheVersionDoesNotKnowIsRefused(int version, String type, String more) {
        String namespace = served.namespace();
        String body =
                """
                {"name":"t","schema":{"type":"struct","schema-id":0,"fields":[
                  {%s"id":1,"name":"x","required":false,"type":%s}]},
                 "properties":{"format-version":"%%d"}}\
                """
                        .formatted(more, type);
        String tables = "/v1/namespaces/" + namespace + "/tables";

        assertThat(served.wire().post(tables, body.formatted(version)).error()).startsWith("400 ");
        ok(served.wire().post(tables, body.formatted(3)));
    }

    /// Nessie sets it on every table: then Spark neither purges nor expires.
    @Test
    void aTableHasThePropertiesItWasGivenAndNoOther() {
        String namespace = served.namespace();
        SequencedMap<String, String> properties = new LinkedHashMap<>();
        properties.put("owner", "ann");
        properties.put("write.metadata.compression-codec", "gzip");
        JsonNode created = create(namespace, table(properties));

        assertThat(properties(created))
                .containsEntry("owner", "ann")
                .containsEntry("write.metadata.compression-codec", "gzip")
                .hasSize(3);
        assertThat(created.path("config").has("gc.enabled")).isFalse();
        // Iceberg's own choice, which it writes down so that it stays the same.
        assertThat(properties(create(served.namespace(), table(Map.of()))))
                .containsExactly(entry("write.parquet.compression-codec", "zstd"));
    }

    private static Map<String, String> properties(JsonNode loaded) {
        Map<String, String> properties = new LinkedHashMap<>();
        loaded.path("metadata")
                .path("properties")
                .properties()
                .forEach(entry -> properties.put(entry.getKey(), entry.getValue().asText()));
        return properties;
    }

    private static JsonNode create(String namespace, String body) {
        return ok(served.wire().post("/v1/namespaces/" + namespace + "/tables", body)).json();
    }

    private static String table(Map<String, String> properties) {
        StringBuilder json = new StringBuilder();
        properties.forEach((name, value) ->
                json.append(json.isEmpty() ? "" : ",")
                        .append("\"%s\":\"%s\"".formatted(name, value)));
        return "{\"name\":\"t\",\"schema\":%s,\"properties\":{%s}}".formatted(Served.SCHEMA, json);
    }
}
