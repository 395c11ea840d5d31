package dev.tarn.pipeline.lake;

import dev.tarn.catalog.Catalog;
import dev.tarn.catalog.table.PendingCommit;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.store.Transaction;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
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
    public void create(
            TableIdentifier name,
            Schema schema,
            PartitionSpec spec,
            Map<String, String> properties) {
        String[] levels = name.namespace().levels();
        for (int depth = 1; depth <= levels.length; depth++) {
            Namespace namespace = Namespace.of(Arrays.copyOf(levels, depth));
            if (!catalog.namespaces().exists(warehouse, namespace)) {
                try {
                    catalog.namespaces().create(warehouse, namespace, Map.of());
                } catch (AlreadyExistsException e) {
                    // Somebody else was faster; the namespace is there, which is all we want.
                }
            }
        }
        try {
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
        } catch (AlreadyExistsException e) {
            catalog.tables().load(warehouse, name);
        }
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
