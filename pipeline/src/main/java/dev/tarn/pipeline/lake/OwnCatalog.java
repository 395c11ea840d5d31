package dev.tarn.pipeline.lake;

import dev.tarn.catalog.Catalog;
import dev.tarn.catalog.table.PendingCommit;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.store.Transaction;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.rest.requests.CreateTableRequest;

/// A warehouse of this process: changes of several tables and rows of the ledger are one
/// transaction.
public record OwnCatalog(Catalog catalog, Warehouse warehouse) implements TargetCatalog {
    @Override
    public String title() {
        return "this catalog";
    }

    @Override
    public boolean exists(TableIdentifier name) {
        return catalog.tables().exists(warehouse, name);
    }

    @Override
    public boolean exists(Namespace namespace) {
        return catalog.namespaces().exists(warehouse, namespace);
    }

    @Override
    public void create(Namespace namespace) {
        catalog.namespaces().create(warehouse, namespace, Map.of());
    }

    @Override
    public void createTable(
            TableIdentifier name,
            Schema schema,
            PartitionSpec spec,
            Map<String, String> properties) {
        catalog.tables()
                .create(
                        warehouse,
                        name.namespace(),
                        CreateTableRequest.builder()
                                .withName(name.name())
                                .withSchema(schema)
                                .withPartitionSpec(spec)
                                .setProperties(new HashMap<>(properties))
                                .build());
    }

    @Override
    public void drop(TableIdentifier name) {
        catalog.tables().drop(warehouse, name, true);
    }

    @Override
    public Changes begin() {
        PendingCommit pending = catalog.tables().begin(warehouse);
        return new Changes() {
            @Override
            public Table table(TableIdentifier name) {
                return pending.table(name);
            }

            @Override
            public void commit(Consumer<Transaction> alongside) {
                pending.commit(alongside);
            }
        };
    }

    /// The catalog belongs to the process.
    @Override
    public void close() {}
}
