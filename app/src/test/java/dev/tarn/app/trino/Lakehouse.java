package dev.tarn.app.trino;

import dev.tarn.app.http.HttpServer;
import dev.tarn.app.http.HttpSettings;
import dev.tarn.app.http.Routes;
import dev.tarn.app.http.rest.ClientStorage;
import dev.tarn.app.http.rest.IcebergRest;
import dev.tarn.app.metrics.Metrics;
import dev.tarn.catalog.Catalog;
import dev.tarn.catalog.CatalogSettings;
import dev.tarn.catalog.PageRequest;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.engine.trino.Trino;
import dev.tarn.engine.trino.TrinoSettings;
import dev.tarn.engine.trino.TrinoSettings.Bytes;
import dev.tarn.engine.trino.TrinoStatus;
import dev.tarn.storage.Condition;
import dev.tarn.storage.Location;
import dev.tarn.storage.ObjectInfo;
import dev.tarn.storage.local.FolderStore;
import dev.tarn.storage.s3.S3Endpoint;
import dev.tarn.storage.s3.S3Keys;
import dev.tarn.store.Database;
import dev.tarn.store.Databases;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.apache.iceberg.catalog.TableIdentifier;
import org.jspecify.annotations.Nullable;

/// The one lakehouse of a test JVM: SQLite, the built-in storage over S3, the catalog over HTTP,
/// Trino. Ends with the JVM.
public final class Lakehouse {
    private static final Duration READY_DEADLINE = Duration.ofMinutes(3);
    private static @Nullable Lakehouse one;

    private static final Location ROOT = Location.of("s3://lake");

    private final FolderStore objects;
    private final Catalog catalog;
    private final Trino trino;

    private Lakehouse(Path folder) throws IOException, InterruptedException {
        objects = FolderStore.open(folder.resolve("objects"), false, InstantSource.system());
        objects.createBucket(ROOT.bucket());
        S3Keys keys = S3Keys.loadOrCreate(folder.resolve("s3"));
        S3Endpoint endpoint = S3Endpoint.start("127.0.0.1", 0, objects, keys);
        Database database = Databases.sqlite(folder.resolve("store.db"));
        catalog =
                new Catalog(
                        database,
                        objects,
                        new CatalogSettings("lake", ROOT),
                        InstantSource.system());
        var metrics = new Metrics();
        var rest =
                new IcebergRest(
                        catalog, ClientStorage.NONE, metrics, 1 << 20, InstantSource.system());
        var server =
                new HttpServer(HttpSettings.at("127.0.0.1", 0), new Routes(rest.routes()), metrics);
        server.start();
        trino =
                Trino.start(
                        new TrinoSettings(
                                Path.of(System.getProperty("java.home")),
                                jars(),
                                folder.resolve("trino"),
                                folder.resolve("logs").resolve("trino.log"),
                                0,
                                TrinoSettings.DEFAULT_HEAP_MEGABYTES,
                                false,
                                URI.create("http://127.0.0.1:" + server.port()),
                                "lake",
                                new Bytes.S3(
                                        URI.create("http://127.0.0.1:" + endpoint.port()),
                                        "us-east-1",
                                        true,
                                        keys.accessKey(),
                                        keys.secretKey())),
                        InstantSource.system());
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(() -> {
                            trino.close();
                            server.close();
                            catalog.close();
                            database.close();
                            endpoint.close();
                            objects.close();
                        }));
        TrinoStatus status = trino.awaitRunning(READY_DEADLINE);
        if (status.state() != TrinoStatus.State.RUNNING) {
            throw new AssertionError("Trino is not running: " + status);
        }
    }

    public static synchronized Lakehouse running() throws IOException, InterruptedException {
        if (one == null) {
            one = new Lakehouse(Files.createTempDirectory("tarn-lakehouse"));
        }
        return one;
    }

    public URI trino() {
        return trino.uri();
    }

    /// The objects whose key, below the warehouse, begins like this.
    List<String> objects(String prefix) {
        try (Stream<ObjectInfo> found = objects.list(ROOT.resolve(prefix))) {
            return found.map(object -> object.location().key()).toList();
        }
    }

    /// Puts a file that no metadata knows beside the data of the table whose files begin like this.
    String putOrphan(String prefix) {
        String data =
                objects(prefix).stream()
                        .filter(key -> key.endsWith(".parquet"))
                        .findFirst()
                        .orElseThrow();
        String orphan = data.substring(0, data.lastIndexOf('/') + 1) + "orphan.parquet";
        objects.write(
                ROOT.resolve(orphan), "nobody's".getBytes(StandardCharsets.UTF_8), Condition.NONE);
        return orphan;
    }

    private static Path jars() throws IOException, InterruptedException {
        Path script = Path.of("..", "dev", "trino").toAbsolutePath().normalize();
        Process process =
                new ProcessBuilder(script.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String printed =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new AssertionError("dev/trino has built nothing");
        }
        return Path.of(printed.strip());
    }

    /// Does not wait until what was dropped can no longer be restored.
    void purge(String namespace, String table) {
        Warehouse lake = catalog.warehouses().defaultWarehouse();
        TableIdentifier name = TableIdentifier.of(namespace, table);
        catalog.drops()
                .list(lake, name, PageRequest.ALL)
                .items()
                .forEach(dropped -> catalog.drops().purge(lake, dropped.id()));
        catalog.drops().purgeDue();
    }
}
