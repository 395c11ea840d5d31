package dev.tarn.catalog.warehouse;

import dev.tarn.storage.Location;
import dev.tarn.store.Database;
import dev.tarn.store.Row;
import dev.tarn.store.Transaction;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.iceberg.exceptions.NoSuchWarehouseException;

/// The warehouses of this installation. One never changes once it is there, so each is read once.
public final class Warehouses {
    private static final String FIND = "SELECT id, name, root FROM warehouse WHERE name = ?";

    private final Database database;
    private final Warehouse defaultWarehouse;
    private final ConcurrentMap<String, Warehouse> known = new ConcurrentHashMap<>();

    /// Creates the default warehouse if it is not there.
    ///
    /// @throws IllegalStateException if it is there with another root
    public Warehouses(Database database, String defaultName, Location defaultRoot) {
        this.database = database;
        this.defaultWarehouse = create(defaultName, defaultRoot);
        known.put(defaultName, defaultWarehouse);
    }

    private Warehouse create(String name, Location root) {
        Warehouse found =
                database.write(tx -> {
                    tx.update(
                            "INSERT INTO warehouse (id, name, root) VALUES (?, ?, ?)"
                                    + " ON CONFLICT DO NOTHING",
                            UUID.randomUUID().toString(),
                            name,
                            root.toString());
                    return find(tx, name).orElseThrow();
                });
        if (!found.root().equals(root)) {
            throw new IllegalStateException(
                    "Warehouse %s lies in %s, not in %s; set the storage back, or name a new warehouse with 'warehouse = NAME'"
                            .formatted(name, found.root(), root));
        }
        return found;
    }

    public Warehouse defaultWarehouse() {
        return defaultWarehouse;
    }

    public Optional<Warehouse> find(String name) {
        Warehouse seen = known.get(name);
        if (seen != null) {
            return Optional.of(seen);
        }
        Optional<Warehouse> found = database.read(tx -> find(tx, name));
        found.ifPresent(warehouse -> known.put(name, warehouse));
        return found;
    }

    /// @throws NoSuchWarehouseException if there is none
    public Warehouse require(String name) {
        return find(name)
                .orElseThrow(
                        () -> new NoSuchWarehouseException("Warehouse does not exist: %s", name));
    }

    private static Optional<Warehouse> find(Transaction tx, String name) {
        return tx.queryOne(FIND, Warehouses::warehouse, name);
    }

    private static Warehouse warehouse(Row row) {
        return new Warehouse(row.string(1), row.string(2), Location.of(row.string(3)));
    }
}
