package dev.tarn.app.api;

import dev.tarn.app.http.HttpException;
import dev.tarn.app.http.Json;
import dev.tarn.app.http.Request;
import dev.tarn.app.http.Response;
import dev.tarn.app.http.Route;
import dev.tarn.app.http.rest.Idempotency;
import dev.tarn.catalog.namespace.PropertiesChange;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.catalog.warehouse.Warehouses;
import dev.tarn.storage.Location;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Warehouses, which the protocol only selects from.
public final class WarehouseRoutes {
    private static final String ALL = "/api/warehouses";
    private static final String ONE = "/api/warehouses/{warehouse}";
    private static final String PROPERTIES = "/api/warehouses/{warehouse}/properties";
    private static final String JSON = "application/json";

    private final Warehouses warehouses;
    private final WarehouseRoots roots;
    private final Idempotency idempotency;

    public WarehouseRoutes(Warehouses warehouses, WarehouseRoots roots, Idempotency idempotency) {
        this.warehouses = warehouses;
        this.roots = roots;
        this.idempotency = idempotency;
    }

    /// The body of a create.
    ///
    /// @param root null to leave it to the storage
    record Create(
            @Nullable String name,
            @Nullable String root,
            @Nullable Map<String, String> properties) {}

    /// The body of a change of properties.
    record Update(@Nullable Set<String> removals, @Nullable Map<String, String> updates) {}

    public List<Route> routes() {
        return List.of(
                Route.get(ALL, this::list),
                Route.post(ALL, idempotency.guard(this::create, this::createdBefore)),
                Route.get(ONE, this::load),
                Route.post(
                        PROPERTIES,
                        idempotency.guard(
                                this::update,
                                (request, said) -> answer(PropertiesChange.of(said)))),
                Route.delete(
                        ONE,
                        idempotency.guard(this::drop, (request, said) -> Response.noContent())));
    }

    private Response list(Request request) {
        SequencedMap<String, Object> json = new LinkedHashMap<>();
        json.put("warehouses", warehouses.list().stream().map(this::json).toList());
        return Response.json(json);
    }

    private Response load(Request request) {
        return Response.json(json(warehouses.load(request.path("warehouse"))));
    }

    private Response create(Request request) {
        requireJson(request);
        Create create = Json.read(request.body(), Create.class);
        if (create.name() == null) {
            throw HttpException.badRequest("Body must have the name of the warehouse");
        }
        Location root = roots.locate(create.name(), location(create.root()));
        warehouses.check(create.name(), root);
        roots.prepare(root);
        Map<String, String> properties =
                create.properties() == null ? Map.of() : create.properties();
        return Response.json(201, json(warehouses.create(create.name(), root, properties)));
    }

    private Response createdBefore(Request request, String said) {
        Create create = Json.read(request.body(), Create.class);
        return Response.json(201, json(warehouses.load(String.valueOf(create.name()))));
    }

    private static @Nullable Location location(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            return Location.of(text);
        } catch (IllegalArgumentException e) {
            throw HttpException.badRequest(String.valueOf(e.getMessage()));
        }
    }

    private Response update(Request request) {
        requireJson(request);
        Update update = Json.read(request.body(), Update.class);
        return answer(
                warehouses.update(
                        request.path("warehouse"),
                        update.removals() == null ? Set.of() : update.removals(),
                        update.updates() == null ? Map.of() : update.updates()));
    }

    private static Response answer(PropertiesChange change) {
        SequencedMap<String, Object> json = new LinkedHashMap<>();
        json.put("updated", change.updated());
        json.put("removed", change.removed());
        json.put("missing", change.missing());
        return Response.json(json);
    }

    private Response drop(Request request) {
        warehouses.drop(request.path("warehouse"));
        return Response.noContent();
    }

    /// Pages of other sites can send text, but not this type, without being asked first.
    private static void requireJson(Request request) {
        if (request.header("Content-Type").filter(type -> type.startsWith(JSON)).isEmpty()) {
            throw new HttpException(
                    415, "UnsupportedMediaTypeException", "Content-Type must be " + JSON);
        }
    }

    private SequencedMap<String, Object> json(Warehouse warehouse) {
        SequencedMap<String, Object> json = new LinkedHashMap<>();
        json.put("name", warehouse.name());
        json.put("root", warehouse.root().toString());
        json.put("default", warehouse.name().equals(warehouses.defaultWarehouse().name()));
        json.put("properties", warehouse.properties());
        return json;
    }
}
