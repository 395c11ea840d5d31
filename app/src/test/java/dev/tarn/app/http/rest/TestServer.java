package dev.tarn.app.http.rest;

import dev.tarn.app.Roots;
import dev.tarn.app.api.DropRoutes;
import dev.tarn.app.api.ProtectionRoutes;
import dev.tarn.app.api.WarehouseRoutes;
import dev.tarn.app.health.Check;
import dev.tarn.app.health.Health;
import dev.tarn.app.http.HttpServer;
import dev.tarn.app.http.HttpSettings;
import dev.tarn.app.http.Route;
import dev.tarn.app.http.Routes;
import dev.tarn.app.metrics.Metrics;
import dev.tarn.catalog.Catalog;
import dev.tarn.catalog.CatalogSettings;
import dev.tarn.catalog.planning.PlanLimits;
import dev.tarn.storage.Location;
import dev.tarn.storage.ObjectStore;
import dev.tarn.storage.local.LocalStore;
import dev.tarn.storage.vending.StaticKeys;
import dev.tarn.store.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.rest.RESTCatalog;

/// The real server on a fresh store and a folder of files.
final class TestServer implements AutoCloseable {
    static final String WAREHOUSE = "lake";

    static final ClientStorage STORAGE =
            new ClientStorage(
                    Map.of("s3.endpoint", "http://127.0.0.1:9000", "s3.region", "us-east-1"),
                    new StaticKeys("ID", "SECRET"));

    /// Where Iceberg's suites put tables whose location they choose; the next user of this machine
    /// could not write there.
    private static final List<Path> SUITE_FOLDERS =
            List.of(Path.of("/tmp/newdb"), Path.of("/tmp/ns"));

    private final Path folder;

    private final Database database;
    private final ObjectStore objects = new LocalStore(false);
    private final Catalog catalog;
    private final Metrics metrics = new Metrics();
    private final HttpServer server;

    TestServer(TestStore store) {
        this(store, 16 << 20, 16 << 20, PlanLimits.STANDARD);
    }

    /// A server that keeps no metadata in memory: Iceberg's suites remove a metadata file behind
    /// its back and expect it to notice.
    static TestServer withoutCache(TestStore store) {
        return new TestServer(store, 0, 0, PlanLimits.STANDARD);
    }

    /// A server that keeps answers in memory, and no metadata.
    static TestServer withAnswersOnly(TestStore store) {
        return new TestServer(store, 0, 16 << 20, PlanLimits.STANDARD);
    }

    static TestServer withPlanLimits(TestStore store, PlanLimits limits) {
        return new TestServer(store, 16 << 20, 16 << 20, limits);
    }

    private TestServer(
            TestStore store,
            long metadataCacheBytes,
            long answerCacheBytes,
            PlanLimits planLimits) {
        try {
            folder = Files.createTempDirectory("tarn-http-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        database = store.open(folder);
        Location root = Location.of(folder.resolve("warehouse").toUri().toString());
        // Iceberg's suites choose locations in the folder for temporary files.
        Location temporary =
                Location.of(Path.of(System.getProperty("java.io.tmpdir")).toUri() + "");
        catalog =
                new Catalog(
                        database,
                        objects,
                        new CatalogSettings(
                                WAREHOUSE,
                                root,
                                List.of(temporary),
                                metadataCacheBytes,
                                Duration.ZERO,
                                planLimits),
                        InstantSource.system());
        List<Route> routes =
                new ArrayList<>(
                        new IcebergRest(
                                        catalog,
                                        STORAGE,
                                        metrics,
                                        answerCacheBytes,
                                        InstantSource.system())
                                .routes());
        routes.addAll(new DropRoutes(catalog, InstantSource.system()).routes());
        routes.addAll(new ProtectionRoutes(catalog).routes());
        routes.addAll(
                new Health(List.of(Check.database(database), Check.storage(objects, root)), metrics)
                        .routes());
        routes.addAll(
                new WarehouseRoutes(
                                catalog.warehouses(),
                                Roots.folder(folder),
                                new Idempotency(catalog.idempotencyKeys()))
                        .routes());
        server = new HttpServer(HttpSettings.at("127.0.0.1", 0), new Routes(routes), metrics);
        server.start();
        catalog.drops().start();
    }

    int port() {
        return server.port();
    }

    String uri() {
        return "http://127.0.0.1:" + port() + "/";
    }

    /// Properties for a client of this server.
    Map<String, String> clientProperties() {
        Map<String, String> properties = new HashMap<>();
        properties.put(CatalogProperties.URI, uri());
        properties.put(CatalogProperties.WAREHOUSE_LOCATION, WAREHOUSE);
        // A 503 is to be seen at once, not after minutes of patience.
        properties.put("rest.client.max-retries", "1");
        properties.put(CatalogProperties.FILE_IO_IMPL, FileSchemeIO.class.getName());
        return properties;
    }

    RESTCatalog client(String name, Map<String, String> further) {
        Map<String, String> properties = clientProperties();
        properties.putAll(further);
        RESTCatalog client = new RESTCatalog();
        client.initialize(name, properties);
        return client;
    }

    @Override
    public void close() {
        server.close();
        catalog.close();
        metrics.close();
        database.close();
        objects.close();
        remove(folder);
        SUITE_FOLDERS.forEach(TestServer::remove);
    }

    private static void remove(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
