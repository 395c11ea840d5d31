package dev.tarn.catalog.relation;

import dev.tarn.catalog.Changes;
import dev.tarn.catalog.Locations;
import dev.tarn.catalog.Names;
import dev.tarn.catalog.Page;
import dev.tarn.catalog.PageRequest;
import dev.tarn.catalog.event.Events;
import dev.tarn.catalog.namespace.NamespaceRow;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.store.Database;
import dev.tarn.store.DuplicateKeyException;
import dev.tarn.store.ForeignKeyException;
import dev.tarn.store.Transaction;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;

/// What is done alike to tables and to views.
public final class Relations {
    private final Database database;
    private final Events events;
    private final Kind kind;
    private final Lookups lookups;

    public Relations(Database database, Events events, Kind kind) {
        this.database = database;
        this.lookups = new Lookups(database);
        this.events = events;
        this.kind = kind;
    }

    /// Which list of a namespace is the one of now. One SELECT.
    ///
    /// @param renamings how often its names have changed
    public record Listing(String namespaceId, long renamings) {}

    /// @throws NoSuchNamespaceException if there is none
    public Listing listing(Warehouse warehouse, Namespace namespace) {
        return database.readOne(tx -> listing(tx, warehouse, namespace));
    }

    private static Listing listing(Transaction tx, Warehouse warehouse, Namespace namespace) {
        return tx.queryOne(
                        "SELECT id, renamings FROM namespace WHERE warehouse_id = ? AND path = ?",
                        row -> new Listing(row.string(1), row.number(2)),
                        warehouse.id(),
                        Names.path(namespace))
                .orElseThrow(() ->
                        new NoSuchNamespaceException("Namespace does not exist: %s", namespace));
    }

    /// What fits into one page comes in the order of names. What does not comes in the order of
    /// ids, which a rename does not change: so it is neither listed twice nor left out.
    public Page<TableIdentifier> list(Warehouse warehouse, Namespace namespace, PageRequest page) {
        String after = page.after();
        return database.read(tx -> {
            String inside = NamespaceRow.require(tx, warehouse, namespace).id();
            if (page.isFirst()) {
                List<Named> byName = list(tx, inside, "name", after, page);
                if (page.isWhole(byName)) {
                    return page.page(byName, Named::name, named -> named.in(namespace));
                }
            }
            List<Named> byId = list(tx, inside, "id", after, page);
            return page.page(byId, Named::id, named -> named.in(namespace));
        });
    }

    private List<Named> list(
            Transaction tx, String namespaceId, String key, String after, PageRequest page) {
        return tx.query(
                "SELECT id, name FROM relation WHERE namespace_id = ? AND kind = ? AND %1$s > ?"
                                .formatted(key)
                        + " ORDER BY %1$s LIMIT ?".formatted(key),
                row -> new Named(row.string(1), row.string(2)),
                namespaceId,
                kind.text(),
                after,
                page.rows());
    }

    private record Named(String id, String name) {
        TableIdentifier in(Namespace namespace) {
            return TableIdentifier.of(namespace, name);
        }
    }

    public Relation require(Warehouse warehouse, TableIdentifier name) {
        return find(warehouse, name).orElseThrow(() -> kind.missing(name));
    }

    public Optional<Relation> find(Warehouse warehouse, TableIdentifier name) {
        Optional<Relation> found =
                database.remote()
                        ? lookups.find(warehouse, name)
                        : database.readOne(tx -> Relation.find(tx, warehouse, name));
        return found.filter(relation -> relation.kind() == kind);
    }

    /// The namespace in which `name` is to be created.
    ///
    /// @throws AlreadyExistsException if the name is taken
    public NamespaceRow requireFree(Warehouse warehouse, TableIdentifier name) {
        return database.read(tx -> {
            NamespaceRow namespace = NamespaceRow.require(tx, warehouse, name.namespace());
            Relation.find(tx, warehouse, name)
                    .ifPresent(taken -> {
                        throw taken(taken, name);
                    });
            return namespace;
        });
    }

    /// @param location of the table or view, as its metadata says
    /// @throws AlreadyExistsException if the name is taken by a table or a view
    public void insert(
            Transaction tx,
            Warehouse warehouse,
            TableIdentifier name,
            String uuid,
            String metadataLocation,
            String location) {
        int inserted = insertUnlessTaken(tx, warehouse, name, uuid, metadataLocation, location);
        if (inserted == 1) {
            tx.update(
                    "UPDATE namespace SET renamings = renamings + 1"
                            + " WHERE warehouse_id = ? AND path = ?",
                    warehouse.id(),
                    Names.path(name.namespace()));
            return;
        }
        // Nothing inserted: either the namespace is missing or the name is taken.
        NamespaceRow.require(tx, warehouse, name.namespace());
        throw Relation.find(tx, warehouse, name)
                .<RuntimeException>map(taken -> taken(taken, name))
                .orElseGet(() -> new CommitFailedException("Cannot create %s: lost a race", name));
    }

    private int insertUnlessTaken(
            Transaction tx,
            Warehouse warehouse,
            TableIdentifier name,
            String uuid,
            String metadataLocation,
            String location) {
        try {
            return tx.update(
                    "INSERT INTO relation (id, namespace_id, name, kind, uuid, metadata_location,"
                        + " location) SELECT ?, id, ?, ?, ?, ?, ? FROM namespace WHERE warehouse_id"
                        + " = ? AND path = ? ON CONFLICT DO NOTHING",
                    UUID.randomUUID().toString(),
                    name.name(),
                    kind.text(),
                    uuid,
                    metadataLocation,
                    Locations.canonical(location),
                    warehouse.id(),
                    Names.path(name.namespace()));
        } catch (ForeignKeyException e) {
            throw new NoSuchNamespaceException(e, "Namespace does not exist: %s", name.namespace());
        }
    }

    private AlreadyExistsException taken(Relation taken, TableIdentifier name) {
        String found = taken.kind().title();
        return taken.kind() == kind
                ? new AlreadyExistsException("%s already exists: %s", found, name)
                : new AlreadyExistsException("%s with same name already exists: %s", found, name);
    }

    /// Gives another name, in the same or another namespace. Its identity and its files stay.
    public void rename(Warehouse warehouse, TableIdentifier from, TableIdentifier to) {
        Names.check(to);
        Changes.<Boolean>write(
                database,
                tx -> {
                    Relation row = Relation.require(tx, warehouse, kind, from);
                    NamespaceRow target = NamespaceRow.require(tx, warehouse, to.namespace());
                    if (from.equals(to)) {
                        return false;
                    }
                    if (!move(tx, warehouse, row, from, target, to)) {
                        throw kind.missing(from);
                    }
                    countRenaming(
                            tx, NamespaceRow.require(tx, warehouse, from.namespace()), target);
                    record(
                            tx,
                            "rename",
                            warehouse,
                            to,
                            Map.of("uuid", row.uuid(), "from", from.toString()));
                    return true;
                });
    }

    /// In the order of ids, so that two who move opposite ways do not wait for each other forever.
    private static void countRenaming(Transaction tx, NamespaceRow one, NamespaceRow other) {
        Stream.of(one.id(), other.id())
                .distinct()
                .sorted()
                .forEach(id -> NamespaceRow.countRenaming(tx, id));
    }

    private boolean move(
            Transaction tx,
            Warehouse warehouse,
            Relation row,
            TableIdentifier from,
            NamespaceRow target,
            TableIdentifier to) {
        try {
            // The old name is part of the condition: of several renames one finds it.
            return tx.tryUpdate(
                            "UPDATE relation SET namespace_id = ?, name = ? WHERE id = ? AND name ="
                                    + " ? AND namespace_id = (SELECT id FROM namespace WHERE"
                                    + " warehouse_id = ? AND path = ?)",
                            target.id(),
                            to.name(),
                            row.id(),
                            from.name(),
                            warehouse.id(),
                            Names.path(from.namespace()))
                    == 1;
        } catch (DuplicateKeyException e) {
            Relation taken = Relation.find(tx, warehouse, to).orElse(row);
            throw new AlreadyExistsException(
                    e, "Cannot rename %s to %s. %s already exists", from, to, taken.kind().title());
        } catch (ForeignKeyException e) {
            throw new NoSuchNamespaceException(e, "Namespace does not exist: %s", to.namespace());
        }
    }

    /// Writes the event `<verb>-table` or `<verb>-view`.
    public void record(
            Transaction tx,
            String verb,
            Warehouse warehouse,
            TableIdentifier name,
            Map<String, String> details) {
        events.record(
                tx, verb + "-" + kind.text(), warehouse, name.namespace(), name.name(), details);
    }
}
