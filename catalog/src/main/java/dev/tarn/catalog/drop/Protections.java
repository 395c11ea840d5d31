package dev.tarn.catalog.drop;

import dev.tarn.catalog.Changes;
import dev.tarn.catalog.ProtectedException;
import dev.tarn.catalog.event.Events;
import dev.tarn.catalog.namespace.NamespaceRow;
import dev.tarn.catalog.relation.Kind;
import dev.tarn.catalog.relation.Relation;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.store.Database;
import dev.tarn.store.Transaction;
import java.util.Map;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;

/// Which warehouses, namespaces, tables and views must not be dropped or replaced. That of a
/// namespace says nothing about what is in it.
public final class Protections {
    private final Database database;
    private final Events events;

    public Protections(Database database, Events events) {
        this.database = database;
        this.events = events;
    }

    /// What can be protected.
    public sealed interface Subject {
        record OfWarehouse() implements Subject {}

        record OfNamespace(Namespace namespace) implements Subject {}

        record OfRelation(Kind kind, TableIdentifier name) implements Subject {}
    }

    /// A row with a column `protected`.
    private record Place(String table, String id) {}

    public boolean isProtected(Warehouse warehouse, Subject subject) {
        return database.read(tx -> isProtected(tx, place(tx, warehouse, subject)));
    }

    /// Protects it, or no longer.
    public void set(Warehouse warehouse, Subject subject, boolean value) {
        Changes.<Boolean>write(
                database,
                tx -> {
                    Place place = place(tx, warehouse, subject);
                    int changed =
                            tx.update(
                                    "UPDATE %s SET protected = ? WHERE id = ? AND protected <> ?"
                                            .formatted(place.table),
                                    value,
                                    place.id,
                                    value);
                    if (changed == 1) {
                        record(tx, warehouse, subject, value);
                    }
                    return value;
                });
    }

    private static Place place(Transaction tx, Warehouse warehouse, Subject subject) {
        return switch (subject) {
            case Subject.OfWarehouse() -> new Place("warehouse", warehouse.id());
            case Subject.OfNamespace(Namespace namespace) ->
                    new Place("namespace", NamespaceRow.require(tx, warehouse, namespace).id());
            case Subject.OfRelation(Kind kind, TableIdentifier name) ->
                    new Place("relation", Relation.require(tx, warehouse, kind, name).id());
        };
    }

    private void record(Transaction tx, Warehouse warehouse, Subject subject, boolean value) {
        String verb = value ? "protect-" : "unprotect-";
        switch (subject) {
            case Subject.OfWarehouse() ->
                    events.record(
                            tx, verb + "warehouse", warehouse, Namespace.empty(), null, Map.of());
            case Subject.OfNamespace(Namespace namespace) ->
                    events.record(tx, verb + "namespace", warehouse, namespace, null, Map.of());
            case Subject.OfRelation(Kind kind, TableIdentifier name) ->
                    events.record(
                            tx,
                            verb + kind.text(),
                            warehouse,
                            name.namespace(),
                            name.name(),
                            Map.of());
        }
    }

    /// @throws ProtectedException if it is protected
    public static void requireUnprotected(Transaction tx, Relation row, TableIdentifier name) {
        if (isProtected(tx, new Place("relation", row.id()))) {
            throw new ProtectedException(row.kind().title(), name);
        }
    }

    /// @throws ProtectedException if it is protected
    public static void requireUnprotected(Transaction tx, Warehouse warehouse) {
        if (isProtected(tx, new Place("warehouse", warehouse.id()))) {
            throw new ProtectedException("Warehouse", warehouse.name());
        }
    }

    private static boolean isProtected(Transaction tx, Place place) {
        return tx.queryOne(
                        "SELECT protected FROM %s WHERE id = ?".formatted(place.table),
                        row -> row.number(1) != 0,
                        place.id)
                .orElse(false);
    }
}
