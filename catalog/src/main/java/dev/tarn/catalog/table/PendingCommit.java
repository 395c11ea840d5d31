package dev.tarn.catalog.table;

import dev.tarn.catalog.StoreFileIO;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.storage.ObjectStore;
import dev.tarn.store.Transaction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Consumer;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;

/// Changes to several tables, and rows of the caller, that take effect together or not at all. For
/// one thread, and for one commit.
public final class PendingCommit {
    private final Tables tables;
    private final CommitTables commits;
    private final StoreFileIO io;
    private final Warehouse warehouse;
    private final SequencedMap<TableIdentifier, PendingTable> pending = new LinkedHashMap<>();
    private boolean sent;

    PendingCommit(Tables tables, CommitTables commits, ObjectStore store, Warehouse warehouse) {
        this.tables = tables;
        this.commits = commits;
        this.io = new StoreFileIO(store);
        this.warehouse = warehouse;
    }

    /// A table whose commits are collected here and not sent. Files it writes are real.
    public Table table(TableIdentifier name) {
        PendingTable table =
                pending.computeIfAbsent(
                        name,
                        n -> new PendingTable(n, () -> tables.load(warehouse, n).metadata(), io));
        return new BaseTable(table, name.toString());
    }

    /// Sends everything collected. Afterwards this object is spent; to try again, begin anew.
    ///
    /// @param alongside rows of the caller, in the same transaction; may run more than once
    /// @throws CommitFailedException if surely nothing took effect, because a table changed
    /// @throws CommitStateUnknownException if it cannot be told
    public void commit(Consumer<Transaction> alongside) {
        if (sent) {
            throw new IllegalStateException("Pending commit was sent already");
        }
        sent = true;
        List<TableChange> changes = new ArrayList<>();
        pending.values().forEach(table -> table.change().ifPresent(changes::add));
        commits.commit(warehouse, changes, alongside);
    }
}
