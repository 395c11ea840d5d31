package dev.tarn.catalog;

import dev.tarn.store.Databases;
import org.junit.jupiter.api.AfterEach;

class PostgresCatalogTest
        implements CatalogContract,
                CommitsInParallelContract,
                IdempotencyContract,
                ListingContract,
                LongHistoryContract,
                RegisterContract,
                ServersContract,
                WarehouseContract {
    private final World world = new World(Databases.postgres(Postgres.freshDatabase()));

    @AfterEach
    void close() {
        world.close();
    }

    @Override
    public World world() {
        return world;
    }
}
