package dev.tarn.catalog.namespace;

import dev.tarn.catalog.Changes;
import dev.tarn.catalog.Locations;
import dev.tarn.catalog.Names;
import dev.tarn.catalog.Page;
import dev.tarn.catalog.PageRequest;
import dev.tarn.catalog.PropertiesJson;
import dev.tarn.catalog.ProtectedException;
import dev.tarn.catalog.event.Events;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.store.Database;
import dev.tarn.store.ForeignKeyException;
import dev.tarn.store.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NamespaceNotEmptyException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.UnprocessableEntityException;
import org.jspecify.annotations.Nullable;

/// The namespaces of a warehouse. A namespace has a parent that exists, and goes only when nothing
/// is in it; the foreign keys hold both against every race.
public final class Namespaces {
    private static final int ATTEMPTS_MAX = 8;

    private final Database database;
    private final Locations locations;
    private final Events events;

    public Namespaces(Database database, Locations locations, Events events) {
        this.database = database;
        this.locations = locations;
        this.events = events;
    }

    public Page<Namespace> list(Warehouse warehouse, Namespace parent, PageRequest page) {
        String after = page.after();
        List<String> names =
                database.read(tx -> {
                    if (!parent.isEmpty()) {
                        NamespaceRow.require(tx, warehouse, parent);
                    }
                    return tx.query(
                            "SELECT name FROM namespace WHERE warehouse_id = ? AND"
                                    + " parent_path = ? AND name > ? ORDER BY name LIMIT ?",
                            row -> row.string(1),
                            warehouse.id(),
                            Names.path(parent),
                            after,
                            page.rows());
                });
        return page.page(names, name -> Names.child(parent, name));
    }

    /// Returns the properties it has now.
    public Map<String, String> create(
            Warehouse warehouse, Namespace namespace, Map<String, String> properties) {
        Names.check(namespace);
        locations.requireNamespaceProperties(warehouse, properties);
        Namespace parent = Names.parent(namespace);
        return Changes.write(
                database,
                tx -> {
                    String parentId =
                            parent.isEmpty()
                                    ? null
                                    : NamespaceRow.require(tx, warehouse, parent).id();
                    if (!insert(tx, warehouse, namespace, parentId, properties)) {
                        throw new AlreadyExistsException("Namespace already exists: %s", namespace);
                    }
                    events.record(tx, "create-namespace", warehouse, namespace, null, Map.of());
                    return new TreeMap<>(properties);
                },
                PropertiesJson::write);
    }

    private static boolean insert(
            Transaction tx,
            Warehouse warehouse,
            Namespace namespace,
            @Nullable String parentId,
            Map<String, String> properties) {
        try {
            return tx.update(
                            "INSERT INTO namespace (id, warehouse_id, parent_id, path, parent_path,"
                                + " name, properties) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO"
                                + " NOTHING",
                            UUID.randomUUID().toString(),
                            warehouse.id(),
                            parentId,
                            Names.path(namespace),
                            Names.path(Names.parent(namespace)),
                            namespace.level(namespace.length() - 1),
                            PropertiesJson.write(properties))
                    == 1;
        } catch (ForeignKeyException e) {
            throw new NoSuchNamespaceException(
                    e, "Namespace does not exist: %s", Names.parent(namespace));
        }
    }

    /// Its properties, and always its location: without one Trino creates a table before it has
    /// chosen its folder, and then refuses the folder because the table's first metadata file lies
    /// there.
    public Map<String, String> load(Warehouse warehouse, Namespace namespace) {
        NamespaceRow row = database.read(tx -> NamespaceRow.require(tx, warehouse, namespace));
        var properties = new TreeMap<>(row.properties());
        properties.computeIfAbsent(
                Locations.LOCATION,
                absent -> locations.ofNamespace(warehouse, namespace, row.properties()));
        return properties;
    }

    public boolean exists(Warehouse warehouse, Namespace namespace) {
        return database.read(tx -> NamespaceRow.find(tx, warehouse, namespace)).isPresent();
    }

    public void drop(Warehouse warehouse, Namespace namespace) {
        Changes.<Boolean>write(
                database,
                tx -> {
                    NamespaceRow row = NamespaceRow.require(tx, warehouse, namespace);
                    if (!delete(tx, row, namespace)) {
                        throw new NoSuchNamespaceException(
                                "Namespace does not exist: %s", namespace);
                    }
                    events.record(tx, "drop-namespace", warehouse, namespace, null, Map.of());
                    return true;
                });
    }

    private static boolean delete(Transaction tx, NamespaceRow row, Namespace namespace) {
        try {
            int deleted =
                    tx.update("DELETE FROM namespace WHERE id = ? AND protected = 0", row.id());
            if (deleted == 0 && isProtected(tx, row)) {
                throw new ProtectedException("Namespace", namespace);
            }
            return deleted == 1;
        } catch (ForeignKeyException e) {
            throw new NamespaceNotEmptyException(e, "Namespace is not empty: %s", namespace);
        }
    }

    private static boolean isProtected(Transaction tx, NamespaceRow row) {
        return tx.queryOne(
                        "SELECT protected FROM namespace WHERE id = ?",
                        found -> found.number(1) != 0,
                        row.id())
                .orElse(false);
    }

    public PropertiesChange update(
            Warehouse warehouse,
            Namespace namespace,
            Set<String> removals,
            Map<String, String> updates) {
        for (String key : removals) {
            if (updates.containsKey(key)) {
                throw new UnprocessableEntityException(
                        "Property must not be both removed and updated: %s", key);
            }
        }
        locations.requireNamespaceProperties(warehouse, updates);
        for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
            var change =
                    Changes.attempt(
                            database,
                            tx -> swap(tx, warehouse, namespace, removals, updates),
                            PropertiesChange::json);
            if (change.isPresent()) {
                return change.get();
            }
        }
        throw new CommitFailedException(
                "Cannot update properties of %s: lost %s races", namespace, ATTEMPTS_MAX);
    }

    /// Empty if another change came between reading and writing.
    private Optional<PropertiesChange> swap(
            Transaction tx,
            Warehouse warehouse,
            Namespace namespace,
            Set<String> removals,
            Map<String, String> updates) {
        NamespaceRow row = NamespaceRow.require(tx, warehouse, namespace);
        var next = new TreeMap<>(row.properties());
        List<String> removed = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        removals.forEach(key -> (next.remove(key) == null ? missing : removed).add(key));
        next.putAll(updates);
        int changed =
                tx.update(
                        "UPDATE namespace SET properties = ? WHERE id = ? AND properties = ?",
                        PropertiesJson.write(next),
                        row.id(),
                        PropertiesJson.write(row.properties()));
        if (changed == 0) {
            return Optional.empty();
        }
        events.record(tx, "update-namespace", warehouse, namespace, null, Map.of());
        return Optional.of(new PropertiesChange(List.copyOf(updates.keySet()), removed, missing));
    }
}
