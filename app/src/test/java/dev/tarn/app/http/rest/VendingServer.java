package dev.tarn.app.http.rest;

import dev.tarn.app.http.HttpServer;
import dev.tarn.app.http.HttpSettings;
import dev.tarn.app.http.Routes;
import dev.tarn.app.metrics.Metrics;
import dev.tarn.catalog.Catalog;
import dev.tarn.catalog.CatalogSettings;
import dev.tarn.catalog.planning.PlanLimits;
import dev.tarn.storage.Location;
import dev.tarn.storage.local.FolderStore;
import dev.tarn.storage.s3.RemoteSigner;
import dev.tarn.storage.s3.S3Endpoint;
import dev.tarn.storage.s3.S3Keys;
import dev.tarn.storage.s3.S3Observer;
import dev.tarn.storage.s3.S3Settings;
import dev.tarn.storage.s3.S3Store;
import dev.tarn.storage.vending.KeyVendor;
import dev.tarn.storage.vending.Lifetime;
import dev.tarn.storage.vending.Scope;
import dev.tarn.storage.vending.ScopeTokens;
import dev.tarn.storage.vending.SealedKeys;
import dev.tarn.storage.vending.VendedKeys;
import dev.tarn.store.Database;
import dev.tarn.store.Databases;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.rest.RESTCatalog;

/// A catalog and the built-in S3 endpoint, as one machine runs them, with keys of any life.
final class VendingServer implements AutoCloseable {
    private final FolderStore store;
    private final S3Endpoint endpoint;
    private final Database database;
    private final Catalog catalog;
    private final Metrics metrics = new Metrics();
    private final HttpServer server;
    private final S3Keys keys;

    /// What keys were made for, in order.
    private final List<Scope> vended = new CopyOnWriteArrayList<>();

    /// @param allowed further folders in which tables may lie
    VendingServer(Path folder, Duration life, InstantSource clock, Location... allowed) {
        this(folder, life, clock, PlanLimits.STANDARD, allowed);
    }

    VendingServer(
            Path folder,
            Duration life,
            InstantSource clock,
            PlanLimits planLimits,
            Location... allowed) {
        store = FolderStore.open(folder.resolve("objects"));
        store.createBucket("lake");
        store.createBucket("other");
        keys = S3Keys.loadOrCreate(folder.resolve("keys/s3"));
        endpoint =
                S3Endpoint.start(
                        "127.0.0.1", 0, store, keys, InstantSource.system(), S3Observer.NONE);
        database = Databases.sqlite(folder.resolve("catalog.db"));
        catalog =
                new Catalog(
                        database,
                        store,
                        new CatalogSettings(
                                "lake",
                                Location.of("s3://lake"),
                                List.of(allowed),
                                16 << 20,
                                Duration.ZERO,
                                planLimits),
                        clock);
        var storage =
                new ClientStorage(
                        new LinkedHashMap<>(
                                Map.of(
                                        "s3.endpoint",
                                        storage(),
                                        "s3.path-style-access",
                                        "true",
                                        "s3.region",
                                        "us-east-1",
                                        "client.region",
                                        "us-east-1")),
                        noting(new SealedKeys(keys.secretKey(), new Lifetime(life), clock)),
                        new RemoteSigner(
                                URI.create(storage()),
                                "us-east-1",
                                true,
                                keys,
                                InstantSource.system()),
                        new ScopeTokens(keys.secretKey(), "stage"));
        server =
                new HttpServer(
                        HttpSettings.at("127.0.0.1", 0),
                        new Routes(
                                new IcebergRest(catalog, storage, metrics, 16 << 20, clock)
                                        .routes()),
                        metrics);
        server.start();
    }

    private KeyVendor noting(KeyVendor vendor) {
        return new KeyVendor() {
            @Override
            public Optional<VendedKeys> keys(Scope scope) {
                vended.add(scope);
                return vendor.keys(scope);
            }

            @Override
            public Optional<VendedKeys> freshKeys(Scope scope) {
                vended.add(scope);
                return vendor.freshKeys(scope);
            }
        };
    }

    List<Scope> vended() {
        return vended;
    }

    int port() {
        return server.port();
    }

    String storage() {
        return "http://127.0.0.1:" + endpoint.port();
    }

    FolderStore store() {
        return store;
    }

    /// The store as the holder of these properties sees it.
    S3Store storeWith(Map<String, String> config) {
        return new S3Store(
                new S3Settings(
                        URI.create(storage()),
                        "us-east-1",
                        true,
                        config.getOrDefault("s3.access-key-id", ""),
                        config.getOrDefault("s3.secret-access-key", ""),
                        config.get("s3.session-token")));
    }

    /// Iceberg's client with nothing but an address.
    RESTCatalog client(String delegation) {
        Map<String, String> properties = new HashMap<>();
        properties.put(CatalogProperties.URI, "http://127.0.0.1:" + port());
        properties.put(CatalogProperties.WAREHOUSE_LOCATION, "lake");
        properties.put(CatalogProperties.FILE_IO_IMPL, "org.apache.iceberg.aws.s3.S3FileIO");
        properties.put("http-client.type", "urlconnection");
        properties.put("header.X-Iceberg-Access-Delegation", delegation);
        RESTCatalog client = new RESTCatalog();
        client.initialize("client", properties);
        return client;
    }

    @Override
    public void close() {
        server.close();
        catalog.close();
        metrics.close();
        database.close();
        endpoint.close();
        store.close();
    }
}
