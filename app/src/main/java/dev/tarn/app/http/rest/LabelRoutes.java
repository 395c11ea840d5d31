package dev.tarn.app.http.rest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tarn.app.http.HttpException;
import dev.tarn.app.http.Json;
import dev.tarn.app.http.Request;
import dev.tarn.app.http.Response;
import dev.tarn.app.http.Route;
import dev.tarn.catalog.Catalog;
import dev.tarn.catalog.label.LabelsChange;
import dev.tarn.catalog.label.LabelsChange.Entries;
import dev.tarn.catalog.label.RelationLabels;
import dev.tarn.catalog.relation.Kind;
import dev.tarn.catalog.warehouse.Warehouse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.Labels;
import org.apache.iceberg.LabelsParser;
import org.apache.iceberg.catalog.TableIdentifier;

/// Labels of tables, views and their columns: loads tell them as the specification says, setting
/// them is ours, under `/api`.
final class LabelRoutes {
    private static final String NAMESPACE = "/api/warehouses/{warehouse}/namespaces/{namespace}";
    private static final String JSON = "application/json";

    private final Catalog catalog;
    private final RelationLabels labels;
    private final Names names;

    LabelRoutes(Catalog catalog, Names names) {
        this.catalog = catalog;
        this.labels = catalog.labels();
        this.names = names;
    }

    List<Route> routes() {
        List<Route> routes = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            String path =
                    NAMESPACE
                            + switch (kind) {
                                case TABLE -> "/tables/{table}/labels";
                                case VIEW -> "/views/{view}/labels";
                            };
            routes.add(Route.get(path, request -> load(kind, request)));
            routes.add(Route.put(path, request -> replace(kind, request)));
            routes.add(Route.post(path, request -> change(kind, request)));
        }
        return routes;
    }

    private Response load(Kind kind, Request request) {
        Warehouse warehouse = warehouse(request);
        return answer(labels.load(warehouse, kind, name(kind, warehouse, request)));
    }

    private Response replace(Kind kind, Request request) {
        Warehouse warehouse = warehouse(request);
        TableIdentifier name = name(kind, warehouse, request);
        Labels wanted;
        try {
            wanted = LabelsParser.fromJson(body(request));
        } catch (IllegalArgumentException e) {
            throw HttpException.badRequest("Body has no labels: " + e.getMessage());
        }
        return answer(labels.replace(warehouse, kind, name, wanted));
    }

    private Response change(Kind kind, Request request) {
        Warehouse warehouse = warehouse(request);
        TableIdentifier name = name(kind, warehouse, request);
        JsonNode body = body(request);
        Map<Integer, Entries> fields = new HashMap<>();
        for (JsonNode field : body.path("fields")) {
            JsonNode id = field.path("field-id");
            if (!id.canConvertToExactIntegral() || !id.canConvertToInt()) {
                throw HttpException.badRequest("field-id must be a number, found: " + id);
            }
            if (fields.put(id.asInt(), entries(field)) != null) {
                throw HttpException.badRequest("Field is there twice: " + id);
            }
        }
        return answer(
                labels.change(warehouse, kind, name, new LabelsChange(entries(body), fields)));
    }

    /// `{"set": {name: value}, "remove": [name]}`, each may be missing.
    private static Entries entries(JsonNode from) {
        Map<String, String> set = new HashMap<>();
        from.path("set")
                .properties()
                .forEach(label -> set.put(label.getKey(), text(label.getValue())));
        Set<String> remove = new HashSet<>();
        from.path("remove").forEach(label -> remove.add(text(label)));
        return new Entries(set, remove);
    }

    private static String text(JsonNode value) {
        if (!value.isTextual()) {
            throw HttpException.badRequest("Labels must be texts, found: " + value);
        }
        return value.asText();
    }

    private static JsonNode body(Request request) {
        // Pages of other sites can send text, but not this type, without being asked first.
        if (request.header("Content-Type").filter(type -> type.startsWith(JSON)).isEmpty()) {
            throw new HttpException(
                    415, "UnsupportedMediaTypeException", "Content-Type must be " + JSON);
        }
        JsonNode body = Json.read(request.body(), JsonNode.class);
        if (!body.isObject()) {
            throw HttpException.badRequest("Body is not an object");
        }
        return body;
    }

    private Warehouse warehouse(Request request) {
        return catalog.warehouses().require(request.path("warehouse"));
    }

    private TableIdentifier name(Kind kind, Warehouse warehouse, Request request) {
        return switch (kind) {
            case TABLE -> names.table(warehouse, request);
            case VIEW -> names.view(warehouse, request);
        };
    }

    private static Response answer(Labels labels) {
        return Response.text(200, JSON, LabelsParser.toJson(labels));
    }
}
