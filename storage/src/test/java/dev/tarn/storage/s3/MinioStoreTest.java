package dev.tarn.storage.s3;

import dev.tarn.storage.Location;
import dev.tarn.storage.ObjectStore;
import dev.tarn.storage.ObjectStoreContract;
import dev.tarn.storage.StorageException;
import dev.tarn.storage.Tools;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// The client against a real MinIO.
class MinioStoreTest implements ObjectStoreContract {
    private static final Duration START_MAX = Duration.ofSeconds(60);
    private static final S3Keys KEYS = new S3Keys("tarn-tests", "tarn-tests-secret");

    @TempDir static Path root;
    private static Process minio;
    private static S3Store store;
    private Location folder;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
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
                        root.resolve("data").toString());
        builder.environment().put("MINIO_ROOT_USER", KEYS.accessKey());
        builder.environment().put("MINIO_ROOT_PASSWORD", KEYS.secretKey());
        builder.environment().put("MINIO_UPDATE", "off");
        builder.redirectErrorStream(true).redirectOutput(root.resolve("minio.log").toFile());
        minio = builder.start();
        store = new S3Store(S3Settings.of(URI.create("http://127.0.0.1:" + port), KEYS));
        awaitBucket();
    }

    private static void awaitBucket() {
        long deadline = System.nanoTime() + START_MAX.toNanos();
        while (true) {
            try {
                store.ensureBucket("lake");
                return;
            } catch (StorageException e) {
                if (System.nanoTime() > deadline || !minio.isAlive()) {
                    throw e;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
        }
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (store != null) {
            store.close();
        }
        if (minio != null) {
            minio.destroy();
            if (!minio.waitFor(10, TimeUnit.SECONDS)) {
                minio.destroyForcibly();
            }
        }
    }

    @BeforeEach
    void freshFolder() {
        folder = Location.of("s3://lake/" + UUID.randomUUID());
    }

    @Override
    public ObjectStore store() {
        return store;
    }

    @Override
    public Location folder() {
        return folder;
    }

    @Override
    public int rounds() {
        return 3;
    }

    @Override
    public int largeBytes() {
        return 17 << 20;
    }
}
