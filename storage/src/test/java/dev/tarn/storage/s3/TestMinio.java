package dev.tarn.storage.s3;

import dev.tarn.storage.StorageException;
import dev.tarn.storage.Tools;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// A real MinIO in a process of its own.
public final class TestMinio implements AutoCloseable {
    private static final Duration START_MAX = Duration.ofSeconds(60);
    private static final S3Keys KEYS = new S3Keys("tarn-tests", "tarn-tests-secret");

    private final Process process;
    private final URI endpoint;

    private TestMinio(Process process, URI endpoint) {
        this.process = process;
        this.endpoint = endpoint;
    }

    /// Returns when it answers.
    public static TestMinio start(Path folder) throws IOException, InterruptedException {
        Path binary = Tools.path("minio");
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        var builder =
                new ProcessBuilder(
                        binary.toString(),
                        "server",
                        "--quiet",
                        "--address",
                        "127.0.0.1:" + port,
                        "--console-address",
                        "127.0.0.1:0",
                        folder.resolve("data").toString());
        builder.environment().put("MINIO_ROOT_USER", KEYS.accessKey());
        builder.environment().put("MINIO_ROOT_PASSWORD", KEYS.secretKey());
        builder.environment().put("MINIO_UPDATE", "off");
        builder.redirectErrorStream(true).redirectOutput(folder.resolve("minio.log").toFile());
        var minio = new TestMinio(builder.start(), URI.create("http://127.0.0.1:" + port));
        minio.await();
        return minio;
    }

    private void await() {
        long deadline = System.nanoTime() + START_MAX.toNanos();
        try (S3Store store = store()) {
            while (true) { // ends: the deadline throws
                try {
                    store.ensureBucket("lake");
                    return;
                } catch (StorageException e) {
                    if (System.nanoTime() > deadline || !process.isAlive()) {
                        process.destroyForcibly();
                        throw e;
                    }
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
                }
            }
        }
    }

    public URI endpoint() {
        return endpoint;
    }

    public S3Keys keys() {
        return KEYS;
    }

    /// A store with all rights; whoever asks closes it.
    public S3Store store() {
        return new S3Store(S3Settings.of(endpoint, KEYS));
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
