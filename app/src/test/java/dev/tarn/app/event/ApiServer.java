package dev.tarn.app.event;

import dev.tarn.app.http.HttpServer;
import dev.tarn.app.http.HttpSettings;
import dev.tarn.app.http.Route;
import dev.tarn.app.http.Routes;
import dev.tarn.app.http.Wire;
import dev.tarn.app.metrics.Metrics;
import dev.tarn.catalog.Catalog;
import dev.tarn.catalog.CatalogSettings;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.storage.Location;
import dev.tarn.storage.ObjectStore;
import dev.tarn.storage.local.LocalStore;
import dev.tarn.store.Database;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.iceberg.Schema;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.rest.requests.CreateTableRequest;
import org.apache.iceberg.types.Types;

/// The routes of events, and further ones, over a real catalog.
public final class ApiServer implements AutoCloseable {
    static final Duration WRITE_MAX = Duration.ofMillis(500);
    public static final Namespace SALES = Namespace.of("sales");
    private static final Schema SCHEMA =
            new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));

    public final Database rows;
    public final Catalog catalog;
    public final Warehouse lake;
    public final Wire wire;
    private final ObjectStore objects = new LocalStore(false);
    private final Metrics metrics = new Metrics();
    private final EventRoutes events;
    private final HttpServer server;

    public ApiServer(Database rows, Path folder, Function<Catalog, List<Route>> further) {
        this.rows = rows;
        Location root = Location.of(folder.resolve("lake").toUri().toString());
        catalog =
                new Catalog(
                        rows, objects, new CatalogSettings("lake", root), InstantSource.system());
        lake = catalog.warehouses().defaultWarehouse();
        events = new EventRoutes(catalog.events(), WRITE_MAX);
        List<Route> routes = new ArrayList<>(events.routes());
        routes.addAll(further.apply(catalog));
        server = new HttpServer(HttpSettings.at("127.0.0.1", 0), new Routes(routes), metrics);
        server.start();
        wire = new Wire(server.port());
    }

    int port() {
        return server.port();
    }

    public void createNamespace(String... levels) {
        catalog.namespaces().create(lake, Namespace.of(levels), Map.of());
    }

    public void createTable(String name) {
        catalog.tables()
                .create(
                        lake,
                        SALES,
                        CreateTableRequest.builder().withName(name).withSchema(SCHEMA).build());
    }

    /// What the program does first when it stops.
    void stopEvents() {
        events.close();
    }

    @Override
    public void close() {
        events.close();
        wire.close();
        server.close();
        catalog.close();
        metrics.close();
        rows.close();
        objects.close();
    }
}
