package dev.tarn.catalog;

import dev.tarn.store.Database;
import dev.tarn.store.Databases;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class SqlitePlanningTest implements PlanningContract, PlanLifeContract, PlanMemoryContract {
    @TempDir Path folder;
    private Database rows;
    private World world;

    @BeforeEach
    void open() {
        rows = Databases.sqlite(folder.resolve("tarn.db"));
        world = new World(rows);
    }

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
