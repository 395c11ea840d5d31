package dev.tarn.catalog;

import dev.tarn.store.Databases;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class SqliteCatalogTest
        implements CatalogContract,
                CommitsInParallelContract,
                IdempotencyContract,
                ListingContract,
                LongHistoryContract,
                RegisterContract,
                ServersContract,
                WarehouseContract {
    @TempDir Path folder;
    private World world;

    @BeforeEach
    void open() {
        world = new World(Databases.sqlite(folder.resolve("tarn.db")));
    }

    @AfterEach
    void close() {
        world.close();
    }

    @Override
    public World world() {
        return world;
    }
}
