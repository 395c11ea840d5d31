package dev.tarn.app.api;

import static dev.tarn.app.api.WarehousePaths.WAREHOUSE;

import dev.tarn.app.config.Durations;
import dev.tarn.app.http.HttpException;
import dev.tarn.app.http.Json;
import dev.tarn.app.http.Request;
import dev.tarn.app.http.Response;
import dev.tarn.app.http.Route;
import dev.tarn.catalog.Catalog;
import dev.tarn.catalog.Page;
import dev.tarn.catalog.drop.Dropped;
import dev.tarn.catalog.warehouse.Warehouse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.jspecify.annotations.Nullable;

/// What was dropped: list it, restore it, let it go; and how long it waits.
public final class DropRoutes {
    private static final String DROPPED = WAREHOUSE + "/dropped";
    private static final String ONE = DROPPED + "/{id}";
    private static final String RETENTION = WAREHOUSE + "/drop-retention";

    private final Catalog catalog;
    private final InstantSource clock;

    /// The body of a restore: the name to have again, or the one it had.
    record Restore(@Nullable List<String> namespace, @Nullable String name) {}

    /// The body of a change of the retention.
    ///
    /// @param retention such as `7d`; null for the installation's
    record Retention(@Nullable String retention) {}

    public DropRoutes(Catalog catalog, InstantSource clock) {
        this.catalog = catalog;
        this.clock = clock;
    }

    public List<Route> routes() {
        return List.of(
                Route.get(DROPPED, this::list),
                Route.get(ONE, this::load),
                Route.delete(ONE, this::purge),
                Route.post(ONE + "/restore", this::restore),
                Route.get(RETENTION, this::retention),
                Route.put(RETENTION, this::setRetention));
    }

    private Response list(Request request) {
        TableIdentifier name =
                request.query("name")
                        .map(text ->
                                TableIdentifier.of(
                                        WarehousePaths.namespace(
                                                request.query("namespace").orElse("")),
                                        text))
                        .orElse(null);
        Page<Dropped> page =
                catalog.drops()
                        .list(
                                WarehousePaths.warehouse(catalog, request),
                                name,
                                WarehousePaths.page(request));
        Instant now = clock.instant();
        SequencedMap<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("dropped", page.items().stream().map(dropped -> json(dropped, now)).toList());
        json.put("next-page-token", page.nextToken());
        return Response.json(json);
    }

    private Response load(Request request) {
        Warehouse warehouse = WarehousePaths.warehouse(catalog, request);
        return Response.json(
                json(catalog.drops().require(warehouse, request.path("id")), clock.instant()));
    }

    private Response restore(Request request) {
        Warehouse warehouse = WarehousePaths.warehouse(catalog, request);
        String id = request.path("id");
        byte[] body = request.body();
        Restore to = body.length == 0 ? new Restore(null, null) : Json.read(body, Restore.class);
        TableIdentifier had = catalog.drops().require(warehouse, id).name();
        Namespace namespace =
                to.namespace() == null
                        ? had.namespace()
                        : Namespace.of(to.namespace().toArray(String[]::new));
        TableIdentifier name =
                TableIdentifier.of(namespace, to.name() == null ? had.name() : to.name());
        catalog.drops().undrop(warehouse, id, name);
        SequencedMap<String, Object> json = new LinkedHashMap<>();
        json.put("namespace", Arrays.asList(name.namespace().levels()));
        json.put("name", name.name());
        return Response.json(json);
    }

    /// The files go later; until then the entry tells how far it is.
    private Response purge(Request request) {
        Warehouse warehouse = WarehousePaths.warehouse(catalog, request);
        return Response.json(
                202, json(catalog.drops().purge(warehouse, request.path("id")), clock.instant()));
    }

    private Response retention(Request request) {
        Warehouse warehouse = WarehousePaths.warehouse(catalog, request);
        return Response.json(new Retention(Durations.print(catalog.drops().retention(warehouse))));
    }

    private Response setRetention(Request request) {
        Warehouse warehouse = WarehousePaths.warehouse(catalog, request);
        String text = Json.read(request.body(), Retention.class).retention();
        catalog.drops().retain(warehouse, text == null ? null : duration(text));
        return retention(request);
    }

    private static Duration duration(String text) {
        try {
            return Durations.parse(text);
        } catch (IllegalArgumentException e) {
            throw HttpException.badRequest(
                    "Retention: %s, found %s".formatted(e.getMessage(), text));
        }
    }

    private static SequencedMap<String, @Nullable Object> json(Dropped dropped, Instant now) {
        SequencedMap<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", dropped.id());
        json.put("kind", dropped.kind().text());
        json.put("namespace", Arrays.asList(dropped.name().namespace().levels()));
        json.put("name", dropped.name().name());
        json.put("uuid", dropped.uuid());
        json.put("metadata-location", dropped.metadataLocation());
        json.put("dropped-at", dropped.droppedAt().toString());
        json.put("restorable-until", dropped.expiresAt().toString());
        json.put("state", state(dropped, now));
        json.put("purge", dropped.purge());
        json.put("files-deleted", dropped.progress().filesDeleted());
        json.put("files-spared", dropped.progress().filesSpared());
        json.put("attempts", dropped.progress().attempts());
        json.put("last-error", dropped.progress().lastError());
        return json;
    }

    private static String state(Dropped dropped, Instant now) {
        if (dropped.progress().begun()) {
            return "purging";
        }
        return dropped.isRestorable(now) ? "restorable" : "expired";
    }
}
