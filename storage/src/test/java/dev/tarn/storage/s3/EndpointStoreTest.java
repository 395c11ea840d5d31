package dev.tarn.storage.s3;

import dev.tarn.storage.Location;
import dev.tarn.storage.ObjectStore;
import dev.tarn.storage.ObjectStoreContract;
import dev.tarn.storage.local.FolderStore;
import java.net.URI;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// The client against our own endpoint.
class EndpointStoreTest implements ObjectStoreContract {
    @TempDir static Path root;
    private static FolderStore folderStore;
    private static S3Endpoint endpoint;
    private static S3Store store;
    private Location folder;

    @BeforeAll
    static void start() {
        folderStore = FolderStore.open(root.resolve("objects"));
        S3Keys keys = S3Keys.loadOrCreate(root.resolve("keys/s3"));
        endpoint = S3Endpoint.start("127.0.0.1", 0, folderStore, keys);
        store = new S3Store(S3Settings.of(URI.create("http://127.0.0.1:" + endpoint.port()), keys));
        store.ensureBucket("lake");
        store.ensureBucket("lake");
    }

    @AfterAll
    static void stop() {
        store.close();
        endpoint.close();
        folderStore.close();
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
        return 5;
    }

    @Override
    public int largeBytes() {
        return 17 << 20;
    }
}
