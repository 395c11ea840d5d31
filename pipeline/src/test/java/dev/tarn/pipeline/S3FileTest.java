package dev.tarn.pipeline;

import dev.tarn.storage.local.FolderStore;
import dev.tarn.storage.s3.S3Endpoint;
import dev.tarn.storage.s3.S3Keys;
import dev.tarn.storage.s3.S3Settings;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/// Files of the built-in storage.
class S3FileTest implements S3FileContract {
    @TempDir static Path root;
    private static FolderStore store;
    private static S3Endpoint endpoint;
    private static S3Settings settings;

    @TempDir Path folder;

    @BeforeAll
    static void start() {
        store = FolderStore.open(root.resolve("objects"));
        S3Keys keys = S3Keys.loadOrCreate(root.resolve("keys/s3"));
        endpoint = S3Endpoint.start("127.0.0.1", 0, store, keys);
        settings = S3Settings.of(URI.create("http://127.0.0.1:" + endpoint.port()), keys);
    }

    @AfterAll
    static void stop() {
        endpoint.close();
        store.close();
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
