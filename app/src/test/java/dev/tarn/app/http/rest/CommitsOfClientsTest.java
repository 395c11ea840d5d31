package dev.tarn.app.http.rest;

import static dev.tarn.app.http.rest.Served.ok;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tarn.app.http.Wire;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Bodies that change tables, as each client sends them.
class CommitsOfClientsTest {
    private static final String OTHER_UUID = "00000000-0000-0000-0000-000000000000";

    @RegisterExtension static final Served served = new Served();

    private String namespace;
    private JsonNode created;

    @BeforeEach
    void makeATable() {
        namespace = served.namespace();
        created = served.table(namespace, "t").path("metadata");
    }

    /// PyIceberg repeats the name in the body, Java does not, Rust and DuckDB do.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\"identifier\":null,",
                "\"identifier\":{\"namespace\":[\"%s\"],\"name\":\"t\"},",
            })
    void theNameMayStandInTheBodyToo(String identifier) {
        Wire.Answer answer =
                served.wire()
                        .post(
                                path(),
                                ("{"
                                                + identifier
                                                + "\"requirements\":[],\"updates\":["
                                                + set("a")
                                                + "]}")
                                        .formatted(namespace));

        assertThat(ok(answer).json().path("metadata").path("properties").path("a").asText())
                .isEqualTo("1");
    }

    @Test
    void anotherNameInTheBodyIsRefused() {
        Wire.Answer answer =
                served.wire()
                        .post(
                                path(),
                                """
                                {"identifier":{"namespace":["%s"],"name":"u"},
                                 "requirements":[],"updates":[%s]}\
                                """
                                        .formatted(namespace, set("a")));

        assertThat(answer.error()).isEqualTo("400 BadRequestException");
    }

    /// PyIceberg leaves the last column out; Nessie answers 400 wrapped in 500.
    @Test
    void aSchemaIsAddedWithoutTheLastColumn() {
        JsonNode after = ok(commit(addSchema(""), currentSchema())).json().path("metadata");

        assertThat(after.path("last-column-id").asInt()).isEqualTo(9);
        assertThat(after.path("current-schema-id").asInt()).isEqualTo(1);
        assertThat(after.path("schemas")).hasSize(2);
    }

    /// DuckDB and Java send it.
    @Test
    void aSchemaIsAddedWithTheLastColumn() {
        JsonNode after =
                ok(commit(addSchema(",\"last-column-id\":9"), currentSchema()))
                        .json()
                        .path("metadata");

        assertThat(after.path("last-column-id").asInt()).isEqualTo(9);
    }

    /// Null is sent in full by PyIceberg and means that there must be no such branch.
    @Test
    void aBranchIsRequiredNotToBe() {
        String first = requiring(requireMain("null"), appendTo("main", 11));
        ok(served.wire().post(path(), first));

        Wire.Answer second =
                served.wire().post(path(), requiring(requireMain("null"), appendTo("main", 12)));
        assertThat(second.error()).isEqualTo("409 CommitFailedException");
        ok(served.wire().post(path(), requiring(requireMain("11"), appendTo("main", 13))));
        assertThat(served.metadata(namespace, "t").path("snapshots")).hasSize(2);
    }

    /// Never 400 or 500: clients try again after 409 only.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"assert-table-uuid\",\"uuid\":\"" + OTHER_UUID + "\"}",
                "{\"type\":\"assert-create\"}",
                "{\"type\":\"assert-ref-snapshot-id\",\"ref\":\"main\",\"snapshot-id\":7}",
                "{\"type\":\"assert-ref-snapshot-id\",\"ref\":\"other\",\"snapshot-id\":7}",
                "{\"type\":\"assert-last-assigned-field-id\",\"last-assigned-field-id\":99}",
                "{\"type\":\"assert-current-schema-id\",\"current-schema-id\":99}",
                "{\"type\":\"assert-last-assigned-partition-id\",\"last-assigned-partition-id\":9}",
                "{\"type\":\"assert-default-spec-id\",\"default-spec-id\":99}",
                "{\"type\":\"assert-default-sort-order-id\",\"default-sort-order-id\":99}",
            })
    void whatNoLongerHoldsIsAConflict(String requirement) {
        String single = requiring(requirement, set("a"));
        String change =
                "{\"identifier\":{\"namespace\":[\"%s\"],\"name\":\"t\"},%s"
                        .formatted(namespace, single.substring(1));

        assertThat(served.wire().post(path(), single).error())
                .isEqualTo("409 CommitFailedException");
        assertThat(
                        served.wire()
                                .post(
                                        "/v1/transactions/commit",
                                        "{\"table-changes\":[" + change + "]}")
                                .error())
                .isEqualTo("409 CommitFailedException");
        assertThat(served.metadata(namespace, "t").path("properties").has("a")).isFalse();
    }

    /// PyIceberg writes to a branch with no word on retention, which takes that off the branch.
    @Test
    void aBranchThatIsSetWithoutRetentionHasNoneLeft() {
        served.append(namespace, "t", "main");
        long first = served.append(namespace, "t", "work");
        ok(
                commit(
                        """
                        {"action":"set-snapshot-ref","ref-name":"work","type":"branch",
                         "snapshot-id":%d,"min-snapshots-to-keep":5,"max-snapshot-age-ms":1000,
                         "max-ref-age-ms":2000}\
                        """
                                .formatted(first)));
        assertThat(branch().path("min-snapshots-to-keep").asInt()).isEqualTo(5);

        long second = served.append(namespace, "t", "work");
        assertThat(branch().path("snapshot-id").asLong()).isEqualTo(second);
        for (String gone :
                List.of("min-snapshots-to-keep", "max-snapshot-age-ms", "max-ref-age-ms")) {
            assertThat(branch().has(gone)).as(gone).isFalse();
        }
    }

    /// DuckDB says `"type":"struct"` inside specs and sort orders and names them by their ids.
    @Test
    void specsAndSortOrdersMayBeCalledStructs() {
        JsonNode after =
                ok(commit(
                                """
                                {"action":"add-spec","spec":{"type":"struct","spec-id":1,
                                 "fields":[{"name":"identity_grp_2","source-id":2,
                                  "transform":"identity","field-id":1000}]}}\
                                """,
                                "{\"action\":\"set-default-spec\",\"spec-id\":1}",
                                """
                                {"action":"add-sort-order","sort-order":{"type":"struct",
                                 "order-id":1,"fields":[{"source-id":1,
                                  "transform":"identity","direction":"desc",
                                  "null-order":"nulls-last"}]}}\
                                """,
                                "{\"action\":\"set-default-sort-order\"," + "\"sort-order-id\":1}"))
                        .json()
                        .path("metadata");

        assertThat(after.path("default-spec-id").asInt()).isEqualTo(1);
        assertThat(after.path("default-sort-order-id").asInt()).isEqualTo(1);
    }

    /// Java speaks of version and location as it found them; that changes nothing.
    @Test
    void whatIsSoAlreadyMayBeSaidAgain() {
        JsonNode before = ok(served.wire().get(path())).json();
        JsonNode after =
                ok(commit(
                                "{\"action\":\"upgrade-format-version\"," + "\"format-version\":2}",
                                "{\"action\":\"set-location\",\"location\":\"%s\"}"
                                        .formatted(created.path("location").asText())))
                        .json();

        assertThat(after.path("metadata-location")).isEqualTo(before.path("metadata-location"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5})
    void aVersionIsNeitherLoweredNorMadeUp(int version) {
        Wire.Answer answer =
                commit(
                        "{\"action\":\"upgrade-format-version\",\"format-version\":%d}"
                                .formatted(version));

        assertThat(answer.error()).startsWith("400 ");
        assertThat(served.metadata(namespace, "t").path("format-version").asInt()).isEqualTo(2);
    }

    /// Not every client knows that this property is an upgrade.
    @Test
    void theVersionIsRaisedByItsPropertyToo() {
        JsonNode after =
                ok(commit(
                                "{\"action\":\"set-properties\",\"updates\":"
                                        + "{\"format-version\":\"3\",\"a\":\"1\"}}"))
                        .json()
                        .path("metadata");
        assertThat(after.path("format-version").asInt()).isEqualTo(3);
        assertThat(after.path("properties").path("a").asText()).isEqualTo("1");
        assertThat(after.path("properties").has("format-version")).isFalse();

        for (String refused : List.of("1", "2", "9", "three")) {
            assertThat(
                            commit(
                                            "{\"action\":\"set-properties\",\"updates\":"
                                                    + "{\"format-version\":\"%s\"}}"
                                                            .formatted(refused))
                                    .error())
                    .isEqualTo("400 BadRequestException");
        }
    }

    @Test
    void aColumnIsWidened() {
        ok(
                commit(
                        """
                        {"action":"add-schema","schema":{"type":"struct","schema-id":1,"fields":[
                         {"id":1,"name":"id","required":false,"type":"long"},
                         {"id":4,"name":"small","required":false,"type":"int"}]}}\
                        """,
                        currentSchema()));
        JsonNode after =
                ok(commit(
                                """
                                {"action":"add-schema","schema":{"type":"struct",
                                 "schema-id":2,"fields":[
                                 {"id":1,"name":"id","required":false,"type":"long"},
                                 {"id":4,"name":"small","required":false,"type":"long"}]}}\
                                """,
                                currentSchema()))
                        .json()
                        .path("metadata");

        assertThat(after.path("schemas").get(2).path("fields").get(1).path("type").asText())
                .isEqualTo("long");
    }

    /// Java reports after each scan and each commit.
    @ParameterizedTest
    @ValueSource(
            strings = {
                """
                {"report-type":"scan-report","table-name":"lake.n.t","snapshot-id":11,
                 "filter":true,"schema-id":0,"projected-field-ids":[1,2],
                 "projected-field-names":["id","grp"],
                 "metrics":{"total-planning-duration":{"count":1,"time-unit":"nanoseconds",
                  "total-duration":2644235116},"result-data-files":{"unit":"count","value":1}},
                 "metadata":{"engine-name":"spark","iceberg-version":"Apache Iceberg 1.12.0"}}\
                """,
                """
                {"report-type":"commit-report","table-name":"lake.n.t","snapshot-id":11,
                 "sequence-number":4,"operation":"append",
                 "metrics":{"total-duration":{"count":1,"time-unit":"nanoseconds",
                  "total-duration":100},"attempts":{"unit":"count","value":1},
                  "added-data-files":{"unit":"count","value":1}},"metadata":{}}\
                """
            })
    void reportsAreTaken(String report) {
        Wire.Answer answer =
                served.wire().post(path() + "/metrics", report, ForeignClient.JAVA.headers());

        assertThat(answer.status()).as(answer.text()).isEqualTo(204);
        assertThat(served.wire().post(Served.path(namespace, "none") + "/metrics", report).error())
                .isEqualTo("404 NoSuchTableException");
    }

    private JsonNode branch() {
        return served.metadata(namespace, "t").path("refs").path("work");
    }

    private String path() {
        return Served.path(namespace, "t");
    }

    private Wire.Answer commit(String... updates) {
        return served.commit(namespace, "t", updates);
    }

    private String appendTo(String branch, long snapshot) {
        return Served.addSnapshot(served.metadata(namespace, "t"), snapshot)
                + """
                ,{"action":"set-snapshot-ref","ref-name":"%s","type":"branch","snapshot-id":%d}\
                """
                        .formatted(branch, snapshot);
    }

    private static String requiring(String requirement, String updates) {
        return "{\"requirements\":[" + requirement + "],\"updates\":[" + updates + "]}";
    }

    private static String requireMain(String snapshot) {
        return "{\"type\":\"assert-ref-snapshot-id\",\"ref\":\"main\",\"snapshot-id\":"
                + snapshot
                + "}";
    }

    private static String set(String name) {
        return "{\"action\":\"set-properties\",\"updates\":{\"" + name + "\":\"1\"}}";
    }

    private static String addSchema(String more) {
        return """
        {"action":"add-schema","schema":{"type":"struct","schema-id":1,"fields":[
         {"id":1,"name":"id","required":false,"type":"long"},
         {"id":9,"name":"note","required":false,"type":"string"}]}%s}\
        """
                .formatted(more);
    }

    private static String currentSchema() {
        return "{\"action\":\"set-current-schema\",\"schema-id\":-1}";
    }
}
