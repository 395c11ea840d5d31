package dev.tarn.catalog.table;

import dev.tarn.store.Transaction;
import java.util.function.Consumer;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;

/// Changes to several tables, and rows of the caller, that take effect together or not at all.
public final class PendingCommit {

    /// A table whose commits are collected here and not sent.
    public Table table(TableIdentifier name) { throw new UnsupportedOperationException(); }

    /// @throws org.apache.iceberg.exceptions.CommitFailedException if surely nothing took effect
    /// @throws org.apache.iceberg.exceptions.CommitStateUnknownException if it cannot be told
    public void commit(Consumer<Transaction> alongside) { throw new UnsupportedOperationException(); }
}
