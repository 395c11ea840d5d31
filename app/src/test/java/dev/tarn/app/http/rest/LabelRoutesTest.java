package dev.tarn.app.http.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tarn.app.http.Wire;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Labels;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SupportsLabels;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LabelRoutesTest {
    private static final TableIdentifier ORDERS = TableIdentifier.of("sales", "orders");
    private static final String LABELS =
            "/api/warehouses/lake/namespaces/sales/tables/orders/labels";
    private static final String TABLE = "/v1/namespaces/sales/tables/orders";
    private static final String VIEW_LABELS =
            "/api/warehouses/lake/namespaces/sales/views/latest/labels";

    private static JsonNode send(Wire wire, String method, String path, String body) {
        Wire.Answer answer =
                wire.send(
                        method,
                        path,
                        body.getBytes(StandardCharsets.UTF_8),
                        "Content-Type",
                        "application/json");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.json();
    }

    private static String etag(Wire wire, String query) {
        return wire.get(TABLE + query).header("ETag").orElseThrow();
    }

    private static void createOrders(RESTCatalog client) {
        client.createNamespace(Namespace.of("sales"));
        client.createTable(
                ORDERS,
                new Schema(
                        Types.NestedField.required(1, "id", Types.LongType.get()),
                        Types.NestedField.optional(2, "email", Types.StringType.get())));
    }

    @ParameterizedTest
    @EnumSource
    void labelsAreToldByLoadsAndNeverWrittenIntoMetadata(TestStore store) throws Exception {
        try (var server = new TestServer(store);
                var wire = new Wire(server.port());
                RESTCatalog client = server.client("labels", Map.of())) {
            createOrders(client);
            assertThat(wire.get(TABLE).json().has("labels")).isFalse();
            assertThat(wire.get(LABELS).text()).isEqualTo("{}");

            send(
                    wire,
                    "POST",
                    LABELS,
                    """
                    {"set": {"tier": "gold", "owner": "ann"},
                     "fields": [{"field-id": 2, "set": {"pii": "email"}}, {"field-id": 99, "set": {"gone": "1"}}]}
                    """);
            JsonNode loaded = wire.get(TABLE).json();
            assertThat(loaded.path("labels").toString())
                    .isEqualTo(
                            "{\"object-labels\":{\"owner\":\"ann\",\"tier\":\"gold\"},\"fields\":"
                                    + "[{\"field-id\":2,\"labels\":{\"pii\":\"email\"}},"
                                    + "{\"field-id\":99,\"labels\":{\"gone\":\"1\"}}]}");
            assertThat(loaded.path("metadata").toString()).doesNotContain("gold");
            assertThat(wire.get(LABELS).json()).isEqualTo(loaded.path("labels"));
            assertThat(wire.get(TABLE + "?snapshots=refs").json().path("labels"))
                    .isEqualTo(loaded.path("labels"));

            send(
                    wire,
                    "POST",
                    LABELS,
                    "{\"remove\": [\"tier\", \"none\"], \"fields\": [{\"field-id\": 99, \"remove\":"
                            + " [\"gone\"]}]}");
            assertThat(wire.get(LABELS).text())
                    .isEqualTo(
                            "{\"object-labels\":{\"owner\":\"ann\"},\"fields\":"
                                    + "[{\"field-id\":2,\"labels\":{\"pii\":\"email\"}}]}");
            send(wire, "PUT", LABELS, "{\"object-labels\": {\"only\": \"this\"}}");
            assertThat(wire.get(TABLE).json().path("labels").toString())
                    .isEqualTo("{\"object-labels\":{\"only\":\"this\"}}");
            send(wire, "PUT", LABELS, "{}");
            assertThat(wire.get(TABLE).json().has("labels")).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void icebergsClientReadsThem(TestStore store) throws Exception {
        try (var server = new TestServer(store);
                var wire = new Wire(server.port());
                RESTCatalog client = server.client("labels", Map.of())) {
            createOrders(client);
            send(wire, "POST", LABELS, "{\"set\": {\"tier\": \"gold\"}}");
            assertThat(client.loadTable(ORDERS))
                    .isInstanceOfSatisfying(
                            SupportsLabels.class,
                            table -> {
                                Labels labels = table.labels();
                                assertThat(labels.objectLabels()).isEqualTo(Map.of("tier", "gold"));
                            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void aChangedLabelChangesTheETagAndACommitKeepsLabels(TestStore store) throws Exception {
        try (var server = new TestServer(store);
                var wire = new Wire(server.port());
                RESTCatalog client = server.client("labels", Map.of())) {
            createOrders(client);
            String without = etag(wire, "");
            send(wire, "POST", LABELS, "{\"set\": {\"tier\": \"gold\"}}");
            String gold = etag(wire, "");
            assertThat(gold).isNotEqualTo(without);
            assertThat(wire.get(TABLE, "If-None-Match", without).status()).isEqualTo(200);
            assertThat(wire.get(TABLE, "If-None-Match", gold).status()).isEqualTo(304);
            send(wire, "POST", LABELS, "{\"set\": {\"tier\": \"lead\"}}");
            assertThat(
                            wire.get(TABLE, "If-None-Match", gold)
                                    .json()
                                    .at("/labels/object-labels/tier"))
                    .hasToString("\"lead\"");
            send(wire, "POST", LABELS, "{\"remove\": [\"tier\"]}");
            assertThat(etag(wire, "")).isEqualTo(without);

            send(wire, "POST", LABELS, "{\"set\": {\"tier\": \"gold\"}}");
            client.loadTable(ORDERS).updateProperties().set("a", "b").commit();
            client.renameTable(ORDERS, TableIdentifier.of("sales", "moved"));
            assertThat(
                            wire.get("/v1/namespaces/sales/tables/moved")
                                    .json()
                                    .at("/labels/object-labels/tier")
                                    .asText())
                    .isEqualTo("gold");
        }
    }

    @ParameterizedTest
    @EnumSource
    void viewsHaveLabelsToo(TestStore store) throws Exception {
        try (var server = new TestServer(store);
                var wire = new Wire(server.port());
                RESTCatalog client = server.client("labels", Map.of())) {
            createOrders(client);
            client.buildView(TableIdentifier.of("sales", "latest"))
                    .withQuery("trino", "SELECT 1 AS id")
                    .withSchema(
                            new Schema(
                                    Types.NestedField.required(1, "id", Types.IntegerType.get())))
                    .withDefaultNamespace(Namespace.of("sales"))
                    .create();
            assertThat(wire.get("/v1/namespaces/sales/views/latest").json().has("labels"))
                    .isFalse();
            send(wire, "POST", VIEW_LABELS, "{\"set\": {\"tier\": \"gold\"}}");
            assertThat(
                            wire.get("/v1/namespaces/sales/views/latest")
                                    .json()
                                    .at("/labels/object-labels/tier")
                                    .asText())
                    .isEqualTo("gold");
            assertThat(wire.get(VIEW_LABELS.replace("latest", "orders")).error())
                    .isEqualTo("404 NoSuchViewException");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatAreNoLabelsIsRefused(TestStore store) throws Exception {
        try (var server = new TestServer(store);
                var wire = new Wire(server.port());
                RESTCatalog client = server.client("labels", Map.of())) {
            createOrders(client);
            for (String broken :
                    List.of(
                            "[]",
                            "{\"set\": {\"a\": 1}}",
                            "{\"set\": {\"\": \"1\"}}",
                            "{\"set\": {\"a\": \"1\"}, \"remove\": [\"a\"]}",
                            "{\"set\": {\"a\": \"" + "x".repeat(2_000) + "\"}}",
                            "{\"fields\": [{\"set\": {\"a\": \"1\"}}]}",
                            "{\"fields\": [{\"field-id\": 1}, {\"field-id\": 1}]}")) {
                assertThat(wire.post(LABELS, broken, "Content-Type", "application/json").error())
                        .as(broken)
                        .isEqualTo("400 BadRequestException");
            }
            assertThat(wire.post(LABELS, "{}", "Content-Type", "text/plain").status())
                    .isEqualTo(415);
            assertThat(wire.get(LABELS.replace("orders", "none")).error())
                    .isEqualTo("404 NoSuchTableException");
        }
    }
}
