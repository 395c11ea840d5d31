package dev.tarn.app.http.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tarn.app.http.Wire;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.Schema;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.UUIDUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Several warehouses, as clients see them.
@ParameterizedClass
@EnumSource(TestStore.class)
@SuppressWarnings("NullAway.Init") // before the invocation
class WarehousesTest {
    private static final String[] JSON = {"Content-Type", "application/json"};

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

    private static String create() {
        String name = "w" + count.incrementAndGet();
        Wire.Answer answer =
                wire.post(
                        "/api/warehouses",
                        "{\"name\":\"%s\",\"properties\":{\"owner\":\"ann\"}}".formatted(name),
                        JSON);
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return name;
    }

    @Test
    void aWarehouseIsMadeListedChangedAndDropped() {
        String name = create();
        JsonNode one = wire.get("/api/warehouses/" + name).json();
        assertThat(one.path("root").asText()).startsWith("file://").endsWith("/" + name);
        assertThat(one.path("default").asBoolean()).isFalse();
        assertThat(one.path("properties").path("owner").asText()).isEqualTo("ann");
        assertThat(wire.get("/api/warehouses").json().path("warehouses"))
                .extracting(warehouse -> warehouse.path("name").asText())
                .contains(name, "lake");

        JsonNode change =
                wire.post(
                                "/api/warehouses/" + name + "/properties",
                                "{\"removals\":[\"owner\",\"x\"],\"updates\":{\"cost\":\"7\"}}",
                                JSON)
                        .json();
        assertThat(change.toString())
                .isEqualTo("{\"updated\":[\"cost\"],\"removed\":[\"owner\"],\"missing\":[\"x\"]}");
        assertThat(wire.delete("/api/warehouses/" + name).status()).isEqualTo(204);
        assertThat(wire.get("/api/warehouses/" + name).error())
                .isEqualTo("404 NoSuchWarehouseException");
        assertThat(wire.get("/v1/config?warehouse=" + name).error())
                .isEqualTo("404 NoSuchWarehouseException");
    }

    @Test
    void aRequestWithAKeyMakesOneWarehouse() {
        String name = "w" + count.incrementAndGet();
        String body = "{\"name\":\"%s\"}".formatted(name);
        String key = UUIDUtil.generateUuidV7().toString();
        String[] headers = {"Content-Type", "application/json", "Idempotency-Key", key};
        Wire.Answer first = wire.post("/api/warehouses", body, headers);
        Wire.Answer second = wire.post("/api/warehouses", body, headers);
        assertThat(first.status()).isEqualTo(201);
        assertThat(second.status()).isEqualTo(201);
        assertThat(second.text()).isEqualTo(first.text());
        assertThat(wire.post("/api/warehouses", body, JSON).error())
                .isEqualTo("409 AlreadyExistsException");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | 400 BadRequestException",
                "{\"name\":\"a/b\"} | 400 BadRequestException",
                "{\"name\":\"namespaces\"} | 400 BadRequestException",
                "{\"name\":\"lake\"} | 409 AlreadyExistsException",
                "{\"name\":\"fresh\",\"root\":\"nonsense\"} | 400 BadRequestException",
                "{\"name\":\"fresh\",\"root\":\"file:///etc\"} | 400 BadRequestException",
                "{\"name\":\"fresh\",\"root\":\"s3://b/x\"} | 400 BadRequestException",
            })
    void aWarehouseThatCannotBeIsRefused(String body, String error) {
        assertThat(wire.post("/api/warehouses", body, JSON).error()).isEqualTo(error);
        assertThat(wire.post("/api/warehouses", body, "Content-Type", "text/plain").error())
                .isEqualTo("415 UnsupportedMediaTypeException");
    }

    @Test
    void theDefaultWarehouseAndOneInUseStay() {
        String name = create();
        wire.post("/v1/" + name + "/namespaces", "{\"namespace\":[\"n\"]}");
        assertThat(wire.delete("/api/warehouses/" + name).error())
                .isEqualTo("409 NamespaceNotEmptyException");
        assertThat(wire.delete("/api/warehouses/lake").error())
                .isEqualTo("400 BadRequestException");
    }

    /// catalog-peers 26 (Lakekeeper 1788): what does not exist is told alike wherever it is asked.
    @Test
    void anUnknownWarehouseIsNotFoundWhereverItStands() {
        for (String path :
                new String[] {
                    "/v1/config?warehouse=unknown",
                    "/v1/unknown/namespaces",
                    "/v1/unknown/namespaces/n/tables/t",
                    "/v1/unknown/namespaces/n/views",
                }) {
            Wire.Answer answer = wire.get(path);
            assertThat(answer.error()).isEqualTo("404 NoSuchWarehouseException");
            assertThat(answer.message()).isEqualTo("Warehouse does not exist: unknown");
        }
        assertThat(wire.get("/v1/config?warehouse=").status()).isEqualTo(200);
        // Gravitino 10640: the prefix is no part of this path.
        assertThat(wire.get("/v1/lake/config").error()).isEqualTo("404 NoSuchPathException");
    }

    @Test
    void aClientOfOneWarehouseSeesNothingOfAnother() throws Exception {
        String name = create();
        JsonNode config = wire.get("/v1/config?warehouse=" + name).json();
        assertThat(config.path("overrides").path("prefix").asText()).isEqualTo(name);

        var id = TableIdentifier.of("shared" + name, "t");
        var schema = new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));
        try (RESTCatalog ours = server.client("ours", Map.of());
                RESTCatalog theirs = server.client("theirs", Map.of("warehouse", name))) {
            ours.createNamespace(id.namespace());
            String location = ours.createTable(id, schema).location();
            assertThat(theirs.namespaceExists(id.namespace())).isFalse();
            assertThat(theirs.listNamespaces()).isEmpty();
            theirs.createNamespace(id.namespace());
            assertThat(theirs.tableExists(id)).isFalse();
            assertThat(theirs.listTables(id.namespace())).isEmpty();
            assertThat(theirs.createTable(id, schema).location())
                    .contains("/" + name + "/")
                    .isNotEqualTo(location);
            theirs.dropTable(id);
            assertThat(ours.tableExists(id)).isTrue();
            assertThat(theirs.listNamespaces(Namespace.empty())).hasSize(1);
        }
    }
}
