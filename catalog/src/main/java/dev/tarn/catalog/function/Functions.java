package dev.tarn.catalog.function;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tarn.catalog.Changes;
import dev.tarn.catalog.Names;
import dev.tarn.catalog.Page;
import dev.tarn.catalog.PageRequest;
import dev.tarn.catalog.event.Events;
import dev.tarn.catalog.namespace.NamespaceRow;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.store.Database;
import dev.tarn.store.ForeignKeyException;
import dev.tarn.store.Transaction;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;

/// The functions of a warehouse. Their names are apart from those of tables and views; a namespace
/// that has one is not empty.
public final class Functions {
    private final Database database;
    private final Events events;
    private final InstantSource clock;

    public Functions(Database database, Events events, InstantSource clock) {
        this.database = database;
        this.events = events;
        this.clock = clock;
    }

    public Page<TableIdentifier> list(Warehouse warehouse, Namespace namespace, PageRequest page) {
        String after = page.after();
        List<String> names =
                database.read(tx ->
                        tx.query(
                                "SELECT name FROM routine WHERE namespace_id = ? AND name > ?"
                                        + " ORDER BY name LIMIT ?",
                                row -> row.string(1),
                                NamespaceRow.require(tx, warehouse, namespace).id(),
                                after,
                                page.rows()));
        return page.page(names, name -> TableIdentifier.of(namespace, name));
    }

    /// Its metadata, as JSON of the UDF specification.
    ///
    /// @throws NoSuchNamespaceException if not even the namespace is there
    /// @throws NoSuchFunctionException if there is none
    public String load(Warehouse warehouse, TableIdentifier name) {
        return database.read(tx ->
                tx.queryOne(
                                "SELECT metadata FROM routine WHERE namespace_id = ? AND name = ?",
                                row -> row.string(1),
                                NamespaceRow.require(tx, warehouse, name.namespace()).id(),
                                name.name())
                        .orElseThrow(() -> new NoSuchFunctionException(name)));
    }

    /// Returns its metadata.
    ///
    /// @param wanted definitions and what else the specification has, without what is derived
    public String create(Warehouse warehouse, TableIdentifier name, JsonNode wanted) {
        Names.check(name);
        String uuid = UUID.randomUUID().toString();
        String metadata = new FunctionDraft(wanted, uuid, clock.millis()).metadata();
        return Changes.write(
                database,
                tx -> {
                    if (!insert(tx, warehouse, name, metadata)) {
                        throw new AlreadyExistsException("Function already exists: %s", name);
                    }
                    record(tx, "create-function", warehouse, name, Map.of("uuid", uuid));
                    return metadata;
                },
                created -> created);
    }

    private static boolean insert(
            Transaction tx, Warehouse warehouse, TableIdentifier name, String metadata) {
        try {
            return tx.update(
                            "INSERT INTO routine (namespace_id, name, metadata) VALUES (?, ?, ?)"
                                    + " ON CONFLICT DO NOTHING",
                            NamespaceRow.require(tx, warehouse, name.namespace()).id(),
                            name.name(),
                            metadata)
                    == 1;
        } catch (ForeignKeyException e) {
            throw new NoSuchNamespaceException(e, "Namespace does not exist: %s", name.namespace());
        }
    }

    public void drop(Warehouse warehouse, TableIdentifier name) {
        Changes.<Boolean>write(
                database,
                tx -> {
                    int dropped =
                            tx.update(
                                    "DELETE FROM routine WHERE namespace_id = ? AND name = ?",
                                    NamespaceRow.require(tx, warehouse, name.namespace()).id(),
                                    name.name());
                    if (dropped == 0) {
                        throw new NoSuchFunctionException(name);
                    }
                    record(tx, "drop-function", warehouse, name, Map.of());
                    return true;
                });
    }

    private void record(
            Transaction tx,
            String kind,
            Warehouse warehouse,
            TableIdentifier name,
            Map<String, String> details) {
        events.record(tx, kind, warehouse, name.namespace(), name.name(), details);
    }
}
