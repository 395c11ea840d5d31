package dev.tarn.app.http.rest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tarn.app.http.HttpException;
import dev.tarn.app.http.Json;
import dev.tarn.app.http.Request;
import dev.tarn.app.http.Response;
import dev.tarn.app.http.Route;
import dev.tarn.catalog.Catalog;
import dev.tarn.catalog.Page;
import dev.tarn.catalog.function.Functions;
import dev.tarn.catalog.warehouse.Warehouse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.jspecify.annotations.Nullable;

/// Functions. The specification can list and load them; to create and drop one is ours, under
/// `/api`.
final class FunctionRoutes {
    private static final String LIST = "/v1/{prefix}/namespaces/{namespace}/functions";
    private static final String API =
            "/api/warehouses/{warehouse}/namespaces/{namespace}/functions";
    private static final String JSON = "application/json";

    private final Catalog catalog;
    private final Functions functions;
    private final Names names;

    FunctionRoutes(Catalog catalog, Names names) {
        this.catalog = catalog;
        this.functions = catalog.functions();
        this.names = names;
    }

    void addTo(Endpoints endpoints) {
        endpoints.add("GET", LIST, this::list);
        endpoints.add("GET", LIST + "/{function}", this::load);
    }

    List<Route> apiRoutes(Idempotency idempotency) {
        return List.of(
                Route.post(
                        API, idempotency.guard(this::create, (request, said) -> answer(201, said))),
                Route.delete(
                        API + "/{function}",
                        idempotency.guard(this::drop, Idempotency::noContent)));
    }

    private Response list(Request request) {
        Warehouse warehouse = names.warehouse(request);
        Page<TableIdentifier> page =
                functions.list(warehouse, names.namespace(warehouse, request), Names.page(request));
        SequencedMap<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("next-page-token", page.nextToken());
        json.put("identifiers", page.items().stream().map(FunctionRoutes::levels).toList());
        return Response.json(json);
    }

    private static List<String> levels(TableIdentifier name) {
        return Stream.concat(Stream.of(name.namespace().levels()), Stream.of(name.name())).toList();
    }

    private Response load(Request request) {
        Warehouse warehouse = names.warehouse(request);
        return answer(200, functions.load(warehouse, name(warehouse, request)));
    }

    private TableIdentifier name(Warehouse warehouse, Request request) {
        return TableIdentifier.of(names.namespace(warehouse, request), request.path("function"));
    }

    private Response create(Request request) {
        // Pages of other sites can send text, but not this type, without being asked first.
        if (request.header("Content-Type").filter(type -> type.startsWith(JSON)).isEmpty()) {
            throw new HttpException(
                    415, "UnsupportedMediaTypeException", "Content-Type must be " + JSON);
        }
        Warehouse warehouse = catalog.warehouses().require(request.path("warehouse"));
        Namespace namespace = names.namespace(warehouse, request);
        JsonNode wanted = Json.read(request.body(), JsonNode.class);
        if (!wanted.path("name").isTextual()) {
            throw HttpException.badRequest("Body must be an object with a name");
        }
        TableIdentifier name = TableIdentifier.of(namespace, wanted.path("name").asText());
        return answer(201, functions.create(warehouse, name, wanted));
    }

    private Response drop(Request request) {
        Warehouse warehouse = catalog.warehouses().require(request.path("warehouse"));
        functions.drop(warehouse, name(warehouse, request));
        return Response.noContent();
    }

    private static Response answer(int status, String metadata) {
        String json = "{\"metadata\":%s}".formatted(metadata);
        return Response.of(status, JSON, json.getBytes(StandardCharsets.UTF_8));
    }
}
