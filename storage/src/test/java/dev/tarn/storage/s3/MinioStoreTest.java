package dev.tarn.storage.s3;

import dev.tarn.storage.Location;
import dev.tarn.storage.ObjectStore;
import dev.tarn.storage.ObjectStoreContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// The client against a real MinIO.
class MinioStoreTest implements ObjectStoreContract {
    @TempDir static Path root;
    private static TestMinio minio;
    private static S3Store store;
    private Location folder;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        minio = TestMinio.start(root);
        store = minio.store();
    }

    @AfterAll
    static void stop() {
        if (minio != null) {
            store.close();
            minio.close();
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
