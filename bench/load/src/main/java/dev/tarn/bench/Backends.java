package dev.tarn.bench;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// What servers keep their rows and bytes in: PostgreSQL and MinIO, as they come. Their processes
/// count as part of the server that uses them.
final class Backends {
    static final String BUCKET = "bench";
    static final String ACCESS_KEY = "benchbench";
    static final String SECRET_KEY = "benchbench-secret";

    private final Path root;
    private final Children children;

    Backends(Path root, Children children) {
        this.root = root;
        this.children = children;
    }

    /// @param address such as `127.0.0.1:5432/postgres`; user and password are `postgres`
    record Postgres(String address, long process) {
        String jdbc() {
            return "jdbc:postgresql://" + address;
        }
    }

    record S3(URI endpoint, long process) {}

    /// Everything synced.
    Postgres postgres(String name) throws IOException {
        Path data = children.folder(name + " postgres");
        EmbeddedPostgres postgres =
                EmbeddedPostgres.builder()
                        .setDataDirectory(data)
                        .setServerConfig("fsync", "on")
                        .setServerConfig("synchronous_commit", "on")
                        .setServerConfig("wal_level", "logical")
                        .setServerConfig("max_replication_slots", "40")
                        .start();
        children.add(postgres);
        long pid = Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).getFirst());
        return new Postgres("127.0.0.1:%d/postgres".formatted(postgres.getPort()), pid);
    }

    /// A MinIO with an empty bucket: a folder under its root is a bucket to it.
    S3 minio(String name) throws IOException, InterruptedException {
        Process where = new ProcessBuilder(root.resolve("dev/minio").toString()).start();
        String binary =
                new String(where.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (!where.waitFor(20, TimeUnit.MINUTES) || where.exitValue() != 0) {
            throw new IOException("MinIO cannot be had: see dev/minio");
        }
        Path data = children.folder(name + " minio");
        Files.createDirectories(data.resolve(BUCKET));
        int port = Children.freePort();
        ProcessBuilder builder =
                new ProcessBuilder(
                        binary,
                        "server",
                        data.toString(),
                        "--address",
                        "127.0.0.1:" + port,
                        "--console-address",
                        "127.0.0.1:" + Children.freePort());
        builder.environment().put("MINIO_ROOT_USER", ACCESS_KEY);
        builder.environment().put("MINIO_ROOT_PASSWORD", SECRET_KEY);
        builder.environment().put("MINIO_UPDATE", "off");
        URI endpoint = URI.create("http://127.0.0.1:" + port);
        long pid = children.start(name + " minio", builder, endpoint.resolve("/minio/health/live"));
        return new S3(endpoint, pid);
    }
}
