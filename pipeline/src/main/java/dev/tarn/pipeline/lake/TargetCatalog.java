package dev.tarn.pipeline.lake;

import dev.tarn.store.Transaction;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;

/// The catalog that a job's tables lie in.
public sealed interface TargetCatalog extends AutoCloseable permits OwnCatalog, ForeignCatalog {

    /// What it is called in messages: `this catalog`, or an address.
    String title();

    boolean exists(TableIdentifier name);

    /// The table as it is now. Its changes take effect at once.
    ///
    /// @throws org.apache.iceberg.exceptions.NoSuchTableException if there is none
    default Table load(TableIdentifier name) {
        return begin().table(name);
    }

    /// Creates a table and the namespaces around it; one that somebody else created is as good.
    default void create(
            TableIdentifier name,
            Schema schema,
            PartitionSpec spec,
            Map<String, String> properties) {
        String[] levels = name.namespace().levels();
        for (int depth = 1; depth <= levels.length; depth++) {
            Namespace namespace = Namespace.of(Arrays.copyOf(levels, depth));
            try {
                if (!exists(namespace)) {
                    create(namespace);
                }
            } catch (AlreadyExistsException e) {
                // Somebody else was faster; the namespace is there, which is all we want.
            }
        }
        try {
            createTable(name, schema, spec, properties);
        } catch (AlreadyExistsException e) {
            load(name);
        }
    }

    boolean exists(Namespace namespace);

    /// @throws AlreadyExistsException if it is there
    void create(Namespace namespace);

    /// @throws AlreadyExistsException if it is there
    void createTable(
            TableIdentifier name,
            Schema schema,
            PartitionSpec spec,
            Map<String, String> properties);

    /// Drops a table, its files as well.
    void drop(TableIdentifier name);

    /// Begins changes to tables, with rows of the ledger behind them.
    Changes begin();

    /// Changes to tables. For one thread, and for one commit.
    interface Changes {
        /// A table whose changes take effect with [#commit] in the own catalog, in another at once.
        Table table(TableIdentifier name);

        /// @param alongside rows of the caller; may run more than once
        /// @throws org.apache.iceberg.exceptions.CommitFailedException if surely nothing took
        ///   effect, because a table changed
        void commit(Consumer<Transaction> alongside);
    }

    @Override
    void close();
}
