package dev.tarn.app.http.rest;

import static dev.tarn.app.http.rest.Served.ok;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tarn.app.http.Wire;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Schema;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A list that is kept is the list of now: after every way in which names come, go and change.
class ListAnswersTest {
    private static final Schema SCHEMA =
            new Schema(Types.NestedField.optional(1, "id", Types.LongType.get()));
    private static final Namespace ONE = Namespace.of("one");
    private static final Namespace OTHER = Namespace.of("other");
    private static final String LONG_NAME = "a".repeat(200);

    /// What is asked for after each change: each form is kept by itself.
    private void expect(Wire wire, String namespace, String kind, String... names) {
        for (String query :
                List.of("", "?pageToken=", "?pageSize=1000", "?pageToken=&pageSize=3")) {
            for (int i = 0; i < 2; i++) {
                JsonNode list =
                        ok(wire.get("/v1/namespaces/%s/%s%s".formatted(namespace, kind, query)))
                                .json();
                List<String> found = new ArrayList<>();
                list.path("identifiers").forEach(item -> found.add(item.path("name").asText()));
                assertThat(found).as("%s%s", namespace, query).containsExactly(names);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aListIsTheListOfNow(TestStore store) throws Exception {
        try (var server = new TestServer(store);
                var wire = new Wire(server.port());
                RESTCatalog client = server.client("tarn", Map.of())) {
            client.createNamespace(ONE);
            client.createNamespace(OTHER);
            expect(wire, "one", "tables");
            expect(wire, "other", "tables");
            ok(
                    wire.send(
                            "PUT",
                            "/api/warehouses/lake/drop-retention",
                            bytes("{\"retention\":\"7d\"}")));

            client.createTable(table("t"), SCHEMA);
            expect(wire, "one", "tables", "t");
            client.newCreateTableTransaction(table("staged"), SCHEMA).commitTransaction();
            expect(wire, "one", "tables", "staged", "t");
            client.renameTable(table("t"), table("u"));
            expect(wire, "one", "tables", "staged", "u");
            client.renameTable(table("u"), TableIdentifier.of(OTHER, "u"));
            expect(wire, "one", "tables", "staged");
            expect(wire, "other", "tables", "u");

            client.dropTable(TableIdentifier.of(OTHER, "u"), false);
            expect(wire, "other", "tables");
            JsonNode dropped =
                    ok(wire.get("/api/warehouses/lake/dropped")).json().path("dropped").path(0);
            ok(
                    wire.post(
                            "/api/warehouses/lake/dropped/%s/restore"
                                    .formatted(dropped.path("id").asText()),
                            "{}"));
            expect(wire, "other", "tables", "u");

            String file =
                    ((BaseTable) client.loadTable(table("staged")))
                            .operations()
                            .current()
                            .metadataFileLocation();
            ok(wire.post("/v1/namespaces/one/tables/staged/unregister", "{}"));
            expect(wire, "one", "tables");
            client.registerTable(table(LONG_NAME), file);
            expect(wire, "one", "tables", LONG_NAME);

            client.buildView(table("v"))
                    .withSchema(SCHEMA)
                    .withQuery("spark", "SELECT 1")
                    .withDefaultNamespace(ONE)
                    .create();
            expect(wire, "one", "views", "v");
            client.renameView(table("v"), TableIdentifier.of(OTHER, "w"));
            expect(wire, "one", "views");
            expect(wire, "other", "views", "w");
            client.dropView(TableIdentifier.of(OTHER, "w"));
            expect(wire, "other", "views");
            expect(wire, "one", "tables", LONG_NAME);
        }
    }

    private static TableIdentifier table(String name) {
        return TableIdentifier.of(ONE, name);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
