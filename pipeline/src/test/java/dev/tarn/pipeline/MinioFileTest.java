package dev.tarn.pipeline;

import dev.tarn.storage.StorageException;
import dev.tarn.storage.s3.S3Keys;
import dev.tarn.storage.s3.S3Settings;
import dev.tarn.storage.s3.S3Store;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/// Files of a real MinIO.
class MinioFileTest implements S3FileContract {
    private static final Duration START_MAX = Duration.ofSeconds(60);

    @TempDir static Path root;
    private static Process process;
    private static S3Settings settings;

    @TempDir Path folder;

    @BeforeAll
    static void start() throws Exception {
        String binary = DevTool.path("minio");
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        S3Keys keys = new S3Keys("tarn-tests", "tarn-tests-secret");
        settings = S3Settings.of(URI.create("http://127.0.0.1:" + port), keys);
        var builder =
                new ProcessBuilder(
                        binary,
                        "server",
                        "--quiet",
                        "--address",
                        "127.0.0.1:" + port,
                        "--console-address",
                        "127.0.0.1:0",
                        root.resolve("data").toString());
        builder.environment().put("MINIO_ROOT_USER", keys.accessKey());
        builder.environment().put("MINIO_ROOT_PASSWORD", keys.secretKey());
        builder.environment().put("MINIO_UPDATE", "off");
        process =
                builder.redirectErrorStream(true)
                        .redirectOutput(root.resolve("minio.log").toFile())
                        .start();
        await();
    }

    private static void await() throws IOException {
        long deadline = System.nanoTime() + START_MAX.toNanos();
        try (var store = new S3Store(settings)) {
            while (true) { // ends: the deadline throws
                try {
                    store.ensureBucket("ready");
                    return;
                } catch (StorageException e) {
                    if (System.nanoTime() > deadline || !process.isAlive()) {
                        throw new IOException("MinIO does not start", e);
                    }
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
                }
            }
        }
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    @Override
    public S3Settings settings() {
        return settings;
    }

    @Override
    public Path folder() {
        return folder;
    }
}
