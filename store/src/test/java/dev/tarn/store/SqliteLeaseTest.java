package dev.tarn.store;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class SqliteLeaseTest implements LeaseContract {
    @TempDir Path folder;
    private Database database;
    private Database again;

    @BeforeEach
    void open() {
        Path file = folder.resolve("tarn.db");
        database = Databases.sqlite(file);
        again = Databases.sqlite(file);
        database.migrate("items", List.of(StoreContract.ITEMS));
    }

    @AfterEach
    void close() {
        again.close();
        database.close();
    }

    @Override
    public Database database() {
        return database;
    }

    @Override
    public Database again() {
        return again;
    }
}
