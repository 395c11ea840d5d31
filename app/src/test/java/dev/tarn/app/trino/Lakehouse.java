package dev.tarn.app.trino;

import dev.tarn.app.http.HttpServer;
import dev.tarn.app.http.HttpSettings;
import dev.tarn.app.http.Routes;
import dev.tarn.app.http.rest.ClientStorage;
import dev.tarn.app.http.rest.IcebergRest;
import dev.tarn.app.metrics.Metrics;
import dev.tarn.catalog.Catalog;
import dev.tarn.catalog.CatalogSettings;
import dev.tarn.engine.trino.Trino;
import dev.tarn.engine.trino.TrinoSettings;
import dev.tarn.engine.trino.TrinoSettings.Bytes;
import dev.tarn.engine.trino.TrinoStatus;
import dev.tarn.storage.Location;
import dev.tarn.storage.local.LocalStore;
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
import org.jspecify.annotations.Nullable;

/// The one lakehouse of a test JVM: SQLite, plain files, the catalog over HTTP, Trino. Ends with
/// the JVM.
public final class Lakehouse {
    private static final Duration READY_DEADLINE = Duration.ofMinutes(3);
    private static @Nullable Lakehouse one;

    private final Path objects;
    private final Trino trino;

    private Lakehouse(Path folder) throws IOException, InterruptedException {
        objects = Files.createDirectories(folder.resolve("objects"));
        Database database = Databases.sqlite(folder.resolve("store.db"));
        var catalog =
                new Catalog(
                        database,
                        new LocalStore(false),
                        new CatalogSettings("lake", Location.of("file://" + objects)),
                        InstantSource.system());
        var metrics = new Metrics();
        var rest = new IcebergRest(catalog, ClientStorage.NONE, metrics, 1 << 20);
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
                                new Bytes.Folder()),
                        InstantSource.system());
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(() -> {
                            trino.close();
                            server.close();
                            catalog.close();
                            database.close();
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
    List<String> objects(String prefix) throws IOException {
        try (Stream<Path> files = Files.walk(objects)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> objects.relativize(file).toString())
                    .filter(key -> key.startsWith(prefix))
                    .sorted()
                    .toList();
        }
    }

    /// Puts a file that no metadata knows beside the data of the table whose files begin like this.
    String putOrphan(String prefix) throws IOException {
        String data =
                objects(prefix).stream()
                        .filter(key -> key.endsWith(".parquet"))
                        .findFirst()
                        .orElseThrow();
        String orphan = data.substring(0, data.lastIndexOf('/') + 1) + "orphan.parquet";
        Files.writeString(objects.resolve(orphan), "nobody's");
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
}
