package dev.tarn.catalog;

import dev.tarn.store.Database;
import dev.tarn.store.Databases;
import org.junit.jupiter.api.AfterEach;

class PostgresPlanningTest implements PlanningContract, PlanLifeContract, PlanMemoryContract {
    private final Database rows = Databases.postgres(Postgres.freshDatabase());
    private final World world = new World(rows);

    @AfterEach
    void close() {
        world.close();
    }

    @Override
    public World world() {
        return world;
    }

    @Override
    public Database rows() {
        return rows;
    }
}
