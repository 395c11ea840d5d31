package dev.tarn.catalog.namespace;

import dev.tarn.catalog.Names;
import dev.tarn.catalog.PropertiesJson;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.store.Transaction;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;

/// A namespace as it stands in the database.
public record NamespaceRow(String id, Map<String, String> properties) {

    public static Optional<NamespaceRow> find(Transaction tx, Warehouse warehouse, Namespace name) {
        return tx.queryOne(
                "SELECT id, properties FROM namespace WHERE warehouse_id = ? AND path = ?",
                row -> new NamespaceRow(row.string(1), PropertiesJson.read(row.string(2))),
                warehouse.id(),
                Names.path(name));
    }

    /// To be called in each transaction that changes which tables or views are in the namespace, or
    /// what they are called: lists are told from that count. Those who do it in one namespace at
    /// the same time wait for each other.
    public static void countRenaming(Transaction tx, String id) {
        tx.update("UPDATE namespace SET renamings = renamings + 1 WHERE id = ?", id);
    }

    public static NamespaceRow require(Transaction tx, Warehouse warehouse, Namespace name) {
        return find(tx, warehouse, name)
                .orElseThrow(
                        () -> new NoSuchNamespaceException("Namespace does not exist: %s", name));
    }
}
