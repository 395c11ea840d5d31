package dev.tarn.app.http.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tarn.app.http.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.rest.RESTCatalog;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FunctionRoutesTest {
    private static final String API = "/api/warehouses/lake/namespaces/sales/functions";
    private static final String V1 = "/v1/namespaces/sales/functions";
    private static final String ADD_ONE =
            """
            {"name": "add one/2", "doc": "One more", "secure": true, "properties": {"owner": "ann"},
             "definitions": [
               {"specific-name": "add_one_int",
                "parameters": [{"name": "x", "type": "int", "doc": "any"}],
                "return-type": "int", "deterministic": true, "on-null-input": "return-null",
                "representations": [
                  {"type": "sql", "dialect": "trino", "sql": "x + 1"},
                  {"type": "sql", "dialect": "spark", "sql": "x + 1"}]},
               {"parameters": [
                  {"name": "d", "type": "decimal(9, 2)"},
                  {"name": "l", "type": {"type": "list", "element-id": 3, "element": "string"}},
                  {"name": "m", "type": {"type": "map", "key": "string", "value": "variant"}},
                  {"name": "s", "type": {"type": "struct", "fields": [{"name": "a", "type": "int"}]}}],
                "return-type": {"type": "struct", "fields": [{"name": "a", "type": "long"}]},
                "function-type": "udtf",
                "representations": [{"dialect": "trino", "sql": "SELECT 1"}]}]}
            """;

    private static Wire.Answer create(Wire wire, String body) {
        return wire.post(API, body, "Content-Type", "application/json");
    }

    private static void createSales(Wire wire) {
        assertThat(wire.post("/v1/namespaces", "{\"namespace\": [\"sales\"]}").status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource
    void aFunctionIsCreatedLoadedAndDropped(TestStore store) {
        try (var server = new TestServer(store);
                var wire = new Wire(server.port())) {
            createSales(wire);
            Wire.Answer created = create(wire, ADD_ONE);
            assertThat(created.status()).as(created.text()).isEqualTo(201);
            JsonNode metadata = wire.get(V1 + "/add%20one%2F2").json().path("metadata");
            assertThat(metadata).isEqualTo(created.json().path("metadata"));
            assertThat(metadata.path("function-uuid").asText()).hasSize(36);
            assertThat(metadata.path("format-version").asInt()).isEqualTo(1);
            assertThat(metadata.path("secure").asBoolean()).isTrue();
            assertThat(metadata.at("/properties/owner").asText()).isEqualTo("ann");

            JsonNode first = metadata.at("/definitions/0");
            assertThat(first.path("definition-id").asText()).isEqualTo("int");
            assertThat(first.path("specific-name").asText()).isEqualTo("add_one_int");
            assertThat(first.path("current-version-id").asInt()).isEqualTo(1);
            assertThat(first.path("function-type").asText()).isEqualTo("udf");
            assertThat(first.at("/versions/0/representations")).hasSize(2);
            assertThat(first.at("/versions/0/on-null-input").asText()).isEqualTo("return-null");
            assertThat(first.at("/versions/0/timestamp-ms").asLong()).isPositive();
            JsonNode second = metadata.at("/definitions/1");
            assertThat(second.path("definition-id").asText())
                    .isEqualTo("decimal(9,2),list<string>,map<string,variant>,struct<a:int>");
            assertThat(second.at("/parameters/1/type").has("element-id")).isFalse();
            assertThat(metadata.at("/definition-log/0/definition-versions")).hasSize(2);

            assertThat(create(wire, ADD_ONE).error()).isEqualTo("409 AlreadyExistsException");
            assertThat(wire.delete("/v1/namespaces/sales").error())
                    .isEqualTo("409 NamespaceNotEmptyException");
            assertThat(wire.delete(API + "/add%20one%2F2").status()).isEqualTo(204);
            assertThat(wire.delete(API + "/add%20one%2F2").error())
                    .isEqualTo("404 NoSuchFunctionException");
            assertThat(wire.get(V1 + "/add%20one%2F2").error())
                    .isEqualTo("404 NoSuchFunctionException");
            assertThat(wire.get("/v1/namespaces/none/functions/f").error())
                    .isEqualTo("404 NoSuchNamespaceException");
            assertThat(wire.get("/v1/namespaces/none/functions").error())
                    .isEqualTo("404 NoSuchNamespaceException");
        }
    }

    @ParameterizedTest
    @EnumSource
    void functionsAreListedByPageApartFromTables(TestStore store) {
        try (var server = new TestServer(store);
                var wire = new Wire(server.port())) {
            createSales(wire);
            for (String name : List.of("c", "a", "b")) {
                assertThat(create(wire, ADD_ONE.replace("add one/2", name)).status())
                        .isEqualTo(201);
            }
            List<String> seen = new ArrayList<>();
            String token = "";
            do {
                JsonNode page = wire.get(V1 + "?pageSize=2&pageToken=" + token).json();
                page.path("identifiers")
                        .forEach(name -> seen.add(name.path(0).asText() + name.path(1).asText()));
                token = page.path("next-page-token").asText(null);
            } while (token != null);
            assertThat(seen).containsExactly("salesa", "salesb", "salesc");
            assertThat(wire.get(V1).json().path("identifiers")).hasSize(3);
            assertThat(wire.get("/v1/namespaces/sales/tables").json().path("identifiers"))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNoFunctionIsRefused(TestStore store) {
        try (var server = new TestServer(store);
                var wire = new Wire(server.port())) {
            createSales(wire);
            for (String broken :
                    List.of(
                            "{}",
                            "[]",
                            "{\"name\": \"f\"}",
                            "{\"name\": \"f\", \"definitions\": []}",
                            ADD_ONE.replace(
                                    "\"type\": \"int\", \"doc\"", "\"type\": \"whole\", \"doc\""),
                            ADD_ONE.replace("\"spark\"", "\"trino\""),
                            ADD_ONE.replace("return-null", "panic"),
                            ADD_ONE.replace("\"secure\": true", "\"secure\": \"yes\""),
                            ADD_ONE.replace("\"sql\": \"SELECT 1\"", "\"sql\": \"\""),
                            ADD_ONE.replace("add one/2", "a\\u0000b"),
                            ADD_ONE.replace(
                                    "{\"type\": \"struct\", \"fields\": [{\"name\": \"a\","
                                            + " \"type\": \"long\"}]}",
                                    "\"long\""))) {
                assertThat(create(wire, broken).error())
                        .as(broken)
                        .isEqualTo("400 BadRequestException");
            }
            assertThat(wire.post(API, ADD_ONE, "Content-Type", "text/plain").status())
                    .isEqualTo(415);
            assertThat(
                            wire.post(
                                            API.replace("lake", "sea"),
                                            ADD_ONE,
                                            "Content-Type",
                                            "application/json")
                                    .error())
                    .isEqualTo("404 NoSuchWarehouseException");
        }
    }

    /// Iceberg's client takes what it does not know as an endpoint, too.
    @ParameterizedTest
    @EnumSource
    void functionsAreAdvertisedAndClientsAcceptIt(TestStore store) throws Exception {
        try (var server = new TestServer(store);
                var wire = new Wire(server.port());
                RESTCatalog client = server.client("functions", java.util.Map.of())) {
            assertThat(
                            StreamSupport.stream(
                                            wire.get("/v1/config")
                                                    .json()
                                                    .path("endpoints")
                                                    .spliterator(),
                                            false)
                                    .map(JsonNode::asText))
                    .contains(
                            "GET /v1/{prefix}/namespaces/{namespace}/functions",
                            "GET /v1/{prefix}/namespaces/{namespace}/functions/{function}");
            client.createNamespace(Namespace.of("sales"));
            assertThat(client.namespaceExists(Namespace.of("sales"))).isTrue();
        }
    }
}
