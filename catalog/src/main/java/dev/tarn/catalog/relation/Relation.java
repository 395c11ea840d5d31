package dev.tarn.catalog.relation;

import static java.util.Collections.nCopies;

import dev.tarn.catalog.Locations;
import dev.tarn.catalog.Names;
import dev.tarn.catalog.namespace.NamespaceRow;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.store.Row;
import dev.tarn.store.Transaction;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.jspecify.annotations.Nullable;

/// A table or view as it stands in the database.
///
/// @param id stays the same for its whole life, whatever it is called
/// @param labels as JSON, null if it has none
public record Relation(
        String id, Kind kind, String uuid, String metadataLocation, @Nullable String labels) {

    private static final String FIND =
            """
            SELECT r.id, r.kind, r.uuid, r.metadata_location, r.labels
            FROM namespace n JOIN relation r ON r.namespace_id = n.id
            WHERE n.warehouse_id = ? AND n.path = ? AND r.name = ?
            """;

    /// Both databases call the columns of `VALUES` so.
    private static final String FIND_ALL =
            """
            SELECT r.id, r.kind, r.uuid, r.metadata_location, n.warehouse_id, n.path, r.name
            FROM (VALUES ${places}) AS asked
            JOIN namespace n ON n.warehouse_id = asked.column1 AND n.path = asked.column2
            JOIN relation r ON r.namespace_id = n.id AND r.name = asked.column3
            """;

    /// Whatever has this name, table or view.
    public static Optional<Relation> find(
            Transaction tx, Warehouse warehouse, TableIdentifier name) {
        return tx.queryOne(
                FIND,
                Relation::relation,
                warehouse.id(),
                Names.path(name.namespace()),
                name.name());
    }

    public static Optional<Relation> find(
            Transaction tx, Warehouse warehouse, Kind kind, TableIdentifier name) {
        return find(tx, warehouse, name).filter(found -> found.kind == kind);
    }

    public static Relation require(
            Transaction tx, Warehouse warehouse, Kind kind, TableIdentifier name) {
        return find(tx, warehouse, kind, name).orElseThrow(() -> kind.missing(name));
    }

    /// Where a name is looked up; the path is that of the namespace.
    record Place(String warehouseId, String path, String name) {
        Place(Warehouse warehouse, TableIdentifier name) {
            this(warehouse.id(), Names.path(name.namespace()), name.name());
        }
    }

    /// Whatever is at these places, by place. One statement.
    static Map<Place, Relation> findAll(Transaction tx, List<Place> places) {
        Object[] arguments =
                places.stream()
                        .flatMap(
                                place -> Stream.of(place.warehouseId(), place.path(), place.name()))
                        .toArray();
        Map<Place, Relation> found = new HashMap<>();
        if (places.size() == 1) {
            tx.queryOne(FIND, Relation::relation, arguments)
                    .ifPresent(relation -> found.put(places.getFirst(), relation));
            return found;
        }
        tx.query(
                FIND_ALL.replace(
                        "${places}", String.join(", ", nCopies(places.size(), "(?, ?, ?)"))),
                row ->
                        found.put(
                                new Place(row.string(5), row.string(6), row.string(7)),
                                relation(row)),
                arguments);
        return found;
    }

    private static Relation relation(Row row) {
        return new Relation(
                row.string(1),
                Kind.of(row.string(2)),
                row.string(3),
                row.string(4),
                row.stringOrNull(5));
    }

    /// Moves the pointer if it still is where this row says. Tells whether it did.
    public boolean swap(Transaction tx, String next) {
        return tx.update(
                        "UPDATE relation SET metadata_location = ?"
                                + " WHERE id = ? AND metadata_location = ?",
                        next,
                        id,
                        metadataLocation)
                == 1;
    }

    /// Gives it other labels if it still has those of this row. Tells whether it did.
    public boolean label(Transaction tx, @Nullable String next) {
        return tx.update(
                        "UPDATE relation SET labels = ? WHERE id = ?"
                                + " AND COALESCE(labels, '') = ? AND namespace_id IS NOT NULL",
                        next,
                        id,
                        labels == null ? "" : labels)
                == 1;
    }

    /// As [#swap], and gives it another identity, to which labels of the former do not belong,
    /// unless it is protected.
    public boolean replace(Transaction tx, String nextUuid, String next, String location) {
        return tx.update(
                        "UPDATE relation SET uuid = ?, metadata_location = ?, location = ?,"
                                + " labels = CASE WHEN uuid = ? THEN labels END"
                                + " WHERE id = ? AND metadata_location = ? AND protected = 0",
                        nextUuid,
                        next,
                        Locations.canonical(location),
                        nextUuid,
                        id,
                        metadataLocation)
                == 1;
    }

    /// Lets nobody change the row until the transaction ends. For databases with several writers.
    public void hold(Transaction tx) {
        tx.query("SELECT id FROM relation WHERE id = ? FOR UPDATE", row -> row.string(1), id);
    }

    /// Repeats what a commit has changed of the identity or of the folder.
    public void describe(Transaction tx, String nextUuid, String location) {
        tx.update(
                "UPDATE relation SET uuid = ?, location = ? WHERE id = ?",
                nextUuid,
                Locations.canonical(location),
                id);
    }

    /// Takes the name away, if it still is `name`, the pointer is where this row says and nothing
    /// protects it. Tells whether it did. What is unnamed points nowhere: whatever is committed to
    /// it has lost.
    public boolean unname(Transaction tx, Warehouse warehouse, TableIdentifier name) {
        boolean unnamed =
                tx.update(
                                "UPDATE relation SET namespace_id = NULL, metadata_location = ''"
                                    + " WHERE id = ? AND metadata_location = ? AND protected = 0"
                                    + " AND name = ? AND namespace_id = (SELECT id FROM namespace"
                                    + " WHERE warehouse_id = ? AND path = ?)",
                                id,
                                metadataLocation,
                                name.name(),
                                warehouse.id(),
                                Names.path(name.namespace()))
                        == 1;
        if (unnamed) {
            NamespaceRow.find(tx, warehouse, name.namespace())
                    .ifPresent(namespace -> NamespaceRow.countRenaming(tx, namespace.id()));
        }
        return unnamed;
    }

    /// Two names for one table would write and delete each other's files. The lock holds off a
    /// second one who gives the same table a name until this transaction ends.
    ///
    /// @param id of the row that is to have the name, empty if there is none yet
    /// @param intent what would be done, such as `register a.b`
    /// @throws AlreadyExistsException if another name stands for the table
    public static void requireOneName(Transaction tx, String uuid, String id, String intent) {
        tx.lock("register " + uuid);
        tx
                .query(
                        "SELECT n.path, r.name FROM relation r JOIN namespace n ON n.id ="
                                + " r.namespace_id WHERE r.uuid = ? AND r.id <> ? LIMIT 1",
                        row -> row.string(2),
                        uuid,
                        id)
                .stream()
                .findFirst()
                .ifPresent(name -> {
                    throw new AlreadyExistsException(
                            "Cannot %s: another name stands for the same table, %s, uuid %s",
                            intent, name, uuid);
                });
    }

    /// Ends a life: reports and whatever else refers to the row go with it.
    public static void delete(Transaction tx, String id) {
        tx.update("DELETE FROM relation WHERE id = ?", id);
    }
}
