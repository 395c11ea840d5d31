package dev.tarn.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteStoreTest implements StoreContract {
    @TempDir Path folder;
    private Database database;
    private Database again;

    @BeforeEach
    void open() {
        Path file = folder.resolve("private").resolve("tarn.db");
        database = Databases.sqlite(file);
        again = Databases.sqlite(file);
        database.migrate("items", List.of(ITEMS));
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

    @Test
    void theFilesBelongToTheirOwnerAlone() throws IOException {
        database.write(tx -> tx.update("INSERT INTO item (name) VALUES ('a')"));
        try (var files = Files.list(folder.resolve("private"))) {
            assertThat(files)
                    .hasSizeGreaterThan(1)
                    .allSatisfy(file ->
                            assertThat(
                                            PosixFilePermissions.toString(
                                                    Files.getPosixFilePermissions(file)))
                                    .isEqualTo("rw-------"));
        }
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(folder.resolve("private"))))
                .isEqualTo("rwx------");
    }

    @Test
    void whatWasCommittedIsThereAfterReopening() {
        database.write(tx -> tx.update("INSERT INTO item (name) VALUES ('a')"));
        database.close();
        database = Databases.sqlite(folder.resolve("private").resolve("tarn.db"));
        assertThat(StoreContract.texts(database, "SELECT name FROM item")).containsExactly("a");
    }
}
