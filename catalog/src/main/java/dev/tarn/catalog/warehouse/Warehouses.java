package dev.tarn.catalog.warehouse;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tarn.catalog.Changes;
import dev.tarn.catalog.PropertiesJson;
import dev.tarn.catalog.drop.Protections;
import dev.tarn.catalog.event.Events;
import dev.tarn.catalog.namespace.PropertiesChange;
import dev.tarn.storage.Location;
import dev.tarn.store.Database;
import dev.tarn.store.ForeignKeyException;
import dev.tarn.store.Row;
import dev.tarn.store.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NamespaceNotEmptyException;
import org.apache.iceberg.exceptions.NoSuchWarehouseException;
import org.apache.iceberg.exceptions.UnprocessableEntityException;

/// The warehouses of this installation. No root lies within another's, so that what is allowed in
/// one warehouse is never a file of another.
public final class Warehouses {
    private static final String SELECT = "SELECT id, name, root, properties FROM warehouse";
    private static final String LOCK = "warehouses";
    private static final int ATTEMPTS_MAX = 8;
    private static final long KNOWN_MAX = 1_000;

    /// How long another replica may still serve a warehouse that was dropped here. It is empty.
    private static final Duration KNOWN = Duration.ofSeconds(1);

    private final Database database;
    private final Events events;
    private final Warehouse defaultWarehouse;
    private final Cache<String, Warehouse> known =
            Caffeine.newBuilder()
                    .maximumSize(KNOWN_MAX)
                    .expireAfterWrite(KNOWN)
                    .executor(Runnable::run)
                    .build();

    /// Creates the default warehouse if it is not there.
    ///
    /// @throws IllegalStateException if it is there with another root, or its root lies within that
    ///   of another
    public Warehouses(Database database, Events events, String defaultName, Location defaultRoot) {
        this.database = database;
        this.events = events;
        this.defaultWarehouse = createDefault(defaultName, defaultRoot);
    }

    private Warehouse createDefault(String name, Location root) {
        Warehouse found =
                database.write(tx -> {
                    tx.lock(LOCK);
                    if (find(tx, name).isEmpty()) {
                        requireApart(tx, root);
                        insert(tx, name, root, Map.of());
                    }
                    return find(tx, name).orElseThrow();
                });
        if (!found.root().equals(root)) {
            throw new IllegalStateException(
                    "Warehouse %s lies in %s, not in %s; set the storage back, or name a new warehouse with 'warehouse = NAME'"
                            .formatted(name, found.root(), root));
        }
        return found;
    }

    private static void insert(
            Transaction tx, String name, Location root, Map<String, String> properties) {
        tx.update(
                "INSERT INTO warehouse (id, name, root, properties) VALUES (?, ?, ?, ?)",
                UUID.randomUUID().toString(),
                name,
                root.toString(),
                PropertiesJson.write(properties));
    }

    /// The one that is meant where none is named. Its properties are as they were at the start.
    public Warehouse defaultWarehouse() {
        return defaultWarehouse;
    }

    public List<Warehouse> list() {
        return database.read(tx -> all(tx));
    }

    private static List<Warehouse> all(Transaction tx) {
        return tx.query(SELECT + " ORDER BY name", Warehouses::warehouse);
    }

    public Optional<Warehouse> find(String name) {
        if (name.equals(defaultWarehouse.name())) {
            return Optional.of(defaultWarehouse);
        }
        Warehouse seen = known.getIfPresent(name);
        if (seen != null) {
            return Optional.of(seen);
        }
        Optional<Warehouse> found = database.read(tx -> find(tx, name));
        found.ifPresent(warehouse -> known.put(name, warehouse));
        return found;
    }

    /// @throws NoSuchWarehouseException if there is none
    public Warehouse require(String name) {
        return find(name).orElseThrow(() -> missing(name));
    }

    /// As [#require], but as it is in this moment, whatever was known of it.
    public Warehouse load(String name) {
        return database.read(tx -> find(tx, name)).orElseThrow(() -> missing(name));
    }

    private static NoSuchWarehouseException missing(String name) {
        return new NoSuchWarehouseException("Warehouse does not exist: %s", name);
    }

    private static Optional<Warehouse> find(Transaction tx, String name) {
        return tx.queryOne(SELECT + " WHERE name = ?", Warehouses::warehouse, name);
    }

    private static Warehouse warehouse(Row row) {
        return new Warehouse(
                row.string(1),
                row.string(2),
                Location.of(row.string(3)),
                PropertiesJson.read(row.string(4)));
    }

    /// @throws AlreadyExistsException if the name is taken, or the root lies within another's or
    ///   around it
    public Warehouse create(String name, Location root, Map<String, String> properties) {
        WarehouseNames.check(name);
        return Changes.write(
                database,
                tx -> {
                    tx.lock(LOCK);
                    requireFree(tx, name, root);
                    insert(tx, name, root, properties);
                    Warehouse created = find(tx, name).orElseThrow();
                    record(tx, "create-warehouse", created, Map.of("root", root.toString()));
                    return created;
                });
    }

    /// Fails where [#create] would, before anything is made for it; that one decides.
    public void check(String name, Location root) {
        WarehouseNames.check(name);
        database.<Boolean>read(tx -> {
            requireFree(tx, name, root);
            return true;
        });
    }

    private static void requireFree(Transaction tx, String name, Location root) {
        if (find(tx, name).isPresent()) {
            throw new AlreadyExistsException("Warehouse already exists: %s", name);
        }
        requireApart(tx, root);
    }

    private static void requireApart(Transaction tx, Location root) {
        for (Warehouse other : all(tx)) {
            if (overlap(root, other.root())) {
                throw new AlreadyExistsException(
                        "Root of a warehouse must not overlap that of another, found %s and %s of"
                                + " warehouse %s",
                        root, other.root(), other.name());
            }
        }
    }

    private static boolean overlap(Location one, Location other) {
        return one.equals(other) || one.isWithin(other) || other.isWithin(one);
    }

    /// Changes properties; the root stays where the tables are.
    public PropertiesChange update(String name, Set<String> removals, Map<String, String> updates) {
        for (String key : removals) {
            if (updates.containsKey(key)) {
                throw new UnprocessableEntityException(
                        "Property must not be both removed and updated: %s", key);
            }
        }
        for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
            Optional<PropertiesChange> change =
                    Changes.attempt(
                            database,
                            tx -> swap(tx, name, removals, updates),
                            PropertiesChange::json);
            known.invalidate(name);
            if (change.isPresent()) {
                return change.get();
            }
        }
        throw new CommitFailedException(
                "Cannot update properties of warehouse %s: lost %s races", name, ATTEMPTS_MAX);
    }

    /// Empty if another change came between reading and writing.
    private Optional<PropertiesChange> swap(
            Transaction tx, String name, Set<String> removals, Map<String, String> updates) {
        Warehouse base = find(tx, name).orElseThrow(() -> missing(name));
        var next = new TreeMap<>(base.properties());
        List<String> removed = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        removals.forEach(key -> (next.remove(key) == null ? missing : removed).add(key));
        next.putAll(updates);
        int changed =
                tx.update(
                        "UPDATE warehouse SET properties = ? WHERE id = ? AND properties = ?",
                        PropertiesJson.write(next),
                        base.id(),
                        PropertiesJson.write(base.properties()));
        if (changed == 0) {
            return Optional.empty();
        }
        record(tx, "update-warehouse", base, Map.of());
        return Optional.of(new PropertiesChange(List.copyOf(updates.keySet()), removed, missing));
    }

    /// @throws NamespaceNotEmptyException if anything is left in it
    /// @throws BadRequestException if it is the default one
    public void drop(String name) {
        if (name.equals(defaultWarehouse.name())) {
            throw new BadRequestException(
                    "Cannot drop %s: it is the default warehouse of this server", name);
        }
        Changes.<Boolean>write(
                database,
                tx -> {
                    Warehouse found = find(tx, name).orElseThrow(() -> missing(name));
                    Protections.requireUnprotected(tx, found);
                    if (!delete(tx, found)) {
                        throw missing(name);
                    }
                    record(tx, "drop-warehouse", found, Map.of());
                    return true;
                });
        known.invalidate(name);
    }

    private static boolean delete(Transaction tx, Warehouse warehouse) {
        try {
            return tx.update("DELETE FROM warehouse WHERE id = ?", warehouse.id()) == 1;
        } catch (ForeignKeyException e) {
            throw new NamespaceNotEmptyException(e, "Warehouse is not empty: %s", warehouse.name());
        }
    }

    private void record(
            Transaction tx, String kind, Warehouse warehouse, Map<String, String> details) {
        events.record(tx, kind, warehouse, Namespace.empty(), null, details);
    }
}
