package dev.tarn.bench;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Starts servers as child processes on free ports of loopback, each with a folder of its own.
final class Servers {
    private static final long START_SECONDS_MAX = 60;
    private static final long STOP_SECONDS_MAX = 20;

    private final Path root;
    private final Path folder;
    private final String heap;

    /// @param root the checkout
    /// @param folder where servers keep their data and their logs
    Servers(Path root, Path folder, String heap) {
        this.root = root;
        this.folder = folder;
        this.heap = heap;
    }

    Target tarnOnSqlite() throws IOException, InterruptedException {
        return tarn("tarn sqlite", Map.of(), List.of(), () -> {});
    }

    /// PostgreSQL with everything synced, as it comes; its processes count.
    Target tarnOnPostgres() throws IOException, InterruptedException {
        Path data = folder.resolve("postgres");
        EmbeddedPostgres postgres =
                EmbeddedPostgres.builder()
                        .setDataDirectory(data)
                        .setServerConfig("fsync", "on")
                        .setServerConfig("synchronous_commit", "on")
                        .start();
        boolean done = false;
        try {
            long pid =
                    Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).getFirst());
            String url =
                    "postgresql://postgres:postgres@127.0.0.1:%d/postgres"
                            .formatted(postgres.getPort());
            Target target =
                    tarn("tarn postgres", Map.of("TARN_STORE_URL", url), List.of(pid), postgres);
            done = true;
            return target;
        } finally {
            if (!done) {
                postgres.close();
            }
        }
    }

    private Target tarn(
            String name, Map<String, String> environment, List<Long> more, AutoCloseable after)
            throws IOException, InterruptedException {
        int port = freePort();
        ProcessBuilder builder =
                new ProcessBuilder(
                        root.resolve("tarn").toString(),
                        "up",
                        "--no-sql",
                        "--data",
                        folder.resolve(name.replace(' ', '-')).toString());
        builder.environment().put("TARN_HEAP", heap);
        builder.environment().put("TARN_CATALOG_PORT", Integer.toString(port));
        builder.environment().put("TARN_STORAGE_PORT", "0");
        builder.environment().putAll(environment);
        return start(name, builder, port, more, after);
    }

    /// Iceberg's own REST server over JDBC, on SQLite with one connection and plain files.
    Target icebergFixture() throws IOException, InterruptedException {
        Path peer = root.resolve("bench/load/target/peer");
        Path data = Files.createDirectories(folder.resolve("iceberg-fixture"));
        int port = freePort();
        ProcessBuilder builder =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + heap,
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                        "-cp",
                        peer.resolve("classes")
                                + File.pathSeparator
                                + peer.resolve("iceberg-open-api-1.10.1.jar"),
                        "org.apache.iceberg.rest.LoopbackRestServer",
                        Integer.toString(port),
                        "jdbc:sqlite:" + data.resolve("catalog.db"),
                        "file://" + data.resolve("warehouse"));
        return start("iceberg-fixture", builder, port, List.of(), () -> {});
    }

    private Target start(
            String name, ProcessBuilder builder, int port, List<Long> more, AutoCloseable after)
            throws IOException, InterruptedException {
        Path log = folder.resolve(name.replace(' ', '-') + ".log");
        Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        AutoCloseable stop =
                () -> {
                    stop(process);
                    after.close();
                };
        Thread hook = new Thread(process::destroy);
        Runtime.getRuntime().addShutdownHook(hook);
        List<Long> pids = new ArrayList<>(more);
        pids.add(process.pid());
        URI address = URI.create("http://127.0.0.1:" + port);
        Target target = new Target(name, address, null, null, List.copyOf(pids), stop);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS_MAX);
        while (!answers(address)) {
            if (process.waitFor(100, TimeUnit.MILLISECONDS) || System.nanoTime() > end) {
                stop(process);
                throw new IOException(
                        "%s does not answer on %s:%n%s"
                                .formatted(name, address, Files.readString(log)));
            }
        }
        return target;
    }

    private static boolean answers(URI address) {
        try (Connection connection = new Connection(address)) {
            return connection.send(Requests.of("GET", address, null, "/v1/config", "", null))
                    == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private static void stop(Process process) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
