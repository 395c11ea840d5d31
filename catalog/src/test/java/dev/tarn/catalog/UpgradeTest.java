package dev.tarn.catalog;

import static dev.tarn.catalog.World.ORDERS;
import static dev.tarn.catalog.World.SALES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.storage.Location;
import dev.tarn.store.Database;
import dev.tarn.store.Databases;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Rows of an older schema are there after the upgrade, with all that refers to them.
class UpgradeTest {
    @TempDir Path folder;

    @Test
    void ofSqlite() {
        keepsEverything(Databases.sqlite(folder.resolve("old.db")));
    }

    @Test
    void ofPostgres() {
        keepsEverything(Databases.postgres(Postgres.freshDatabase()));
    }

    private static void keepsEverything(Database rows) {
        var bytes = new MemoryStore();
        try (rows) {
            rows.migrate(CatalogSchema.COMPONENT, CatalogSchema.MIGRATIONS.subList(0, 1));
            rows.<Boolean>write(tx -> {
                for (String statement : OLD_ROWS) {
                    tx.update(statement);
                }
                return true;
            });
            try (var catalog = new Catalog(rows, bytes, World.SETTINGS, InstantSource.system())) {
                var lake = catalog.warehouses().defaultWarehouse();
                assertThat(catalog.tables().locate(lake, ORDERS))
                        .isEqualTo("s3://lake/root/o.json");
                assertThat(catalog.tables().list(lake, SALES, PageRequest.ALL).items())
                        .containsExactly(ORDERS, TableIdentifier.of(SALES, "second"));
                assertThat(all(rows, "SELECT report FROM metrics_report WHERE relation_id = 'r1'"))
                        .containsExactly("one", "two");
                assertThat(all(rows, "SELECT metadata_location FROM dropped_relation"))
                        .containsExactly("s3://lake/root/p.json");

                // What refers to the old table refers to the new one.
                catalog.tables().drop(lake, ORDERS, false);
                assertThat(all(rows, "SELECT report FROM metrics_report")).containsExactly("three");
                assertThat(catalog.drops().purgeDue()).isEqualTo(1); // its file is missing
                assertThat(all(rows, "SELECT id FROM dropped_relation")).isEmpty();
            }
        }
    }

    private static List<String> all(Database rows, String sql) {
        return rows.read(tx -> tx.query(sql, row -> row.string(1)));
    }

    private static final List<String> OLD_ROWS =
            List.of(
                    "INSERT INTO warehouse (id, name, root) VALUES ('w', 'lake', '%s')"
                            .formatted(Location.of("s3://lake/root")),
                    "INSERT INTO namespace (id, warehouse_id, path, parent_path, name, properties)"
                            + " VALUES ('n', 'w', 'sales', '', 'sales', '{}')",
                    "INSERT INTO relation (id, namespace_id, name, kind, uuid, metadata_location)"
                        + " VALUES ('r1', 'n', 'orders', 'table', 'u1', 's3://lake/root/o.json')",
                    "INSERT INTO relation (id, namespace_id, name, kind, uuid, metadata_location)"
                        + " VALUES ('r2', 'n', 'second', 'table', 'u2', 's3://lake/root/s.json')",
                    "INSERT INTO metrics_report (relation_id, at_ms, report) VALUES ('r1', 1,"
                            + " 'one')",
                    "INSERT INTO metrics_report (relation_id, at_ms, report) VALUES ('r2', 2,"
                            + " 'three')",
                    "INSERT INTO metrics_report (relation_id, at_ms, report) VALUES ('r1', 3,"
                            + " 'two')",
                    "INSERT INTO purge (id, warehouse_id, metadata_location)"
                            + " VALUES ('p', 'w', 's3://lake/root/p.json')");
}
