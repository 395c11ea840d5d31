package dev.tarn.catalog.drop;

import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.storage.Location;
import dev.tarn.store.Row;
import dev.tarn.store.Transaction;
import java.time.Instant;
import java.util.Optional;

/// What the purge job does to the rows of what was dropped.
///
/// `due_ms` is when the job is to look at a row next: when its time is over, after a failure, or
/// when whoever works on it must have died. Work begins by moving it on, which one of several
/// succeeds in.
final class PurgeRows {
    /// Shared by who registers a metadata file, held alone by who begins a purge.
    static final String LOCK = "purge";

    private static final int ERROR_LENGTH_MAX = 500;

    private PurgeRows() {}

    /// A dropped relation whose turn it is.
    ///
    /// @param dueMs as it was read
    record Due(Warehouse warehouse, Dropped dropped, long dueMs) {}

    static Optional<Due> next(Transaction tx, Instant now) {
        return tx
                .query(
                        "SELECT "
                                + DroppedRows.COLUMNS
                                + ", d.due_ms, w.id, w.name, w.root FROM dropped_relation d JOIN"
                                + " warehouse w ON w.id = d.warehouse_id WHERE d.due_ms <= ? ORDER"
                                + " BY d.due_ms LIMIT 1",
                        PurgeRows::due,
                        now.toEpochMilli())
                .stream()
                .findFirst();
    }

    private static Due due(Row row) {
        var warehouse = new Warehouse(row.string(16), row.string(17), Location.of(row.string(18)));
        return new Due(warehouse, DroppedRows.dropped(row), row.number(15));
    }

    /// Tells whether nobody else was faster.
    static boolean claim(Transaction tx, Due due, String claim, Instant until) {
        return tx.update(
                        "UPDATE dropped_relation SET claim = ?, due_ms = ?"
                                + " WHERE id = ? AND due_ms = ?",
                        claim,
                        until.toEpochMilli(),
                        due.dropped.id(),
                        due.dueMs)
                == 1;
    }

    /// Keeps the claim and what was done under it. Tells whether it still holds.
    static boolean renew(
            Transaction tx, String id, String claim, Instant until, long deleted, long spared) {
        return tx.update(
                        "UPDATE dropped_relation SET due_ms = ?, files_deleted = files_deleted + ?,"
                                + " files_spared = files_spared + ? WHERE id = ? AND claim = ?",
                        until.toEpochMilli(),
                        deleted,
                        spared,
                        id,
                        claim)
                == 1;
    }

    /// Gives the claim back, with what was done under it.
    static void release(
            Transaction tx, String id, String claim, Instant next, long deleted, long spared) {
        tx.update(
                "UPDATE dropped_relation SET claim = NULL, due_ms = ?,"
                        + " files_deleted = files_deleted + ?, files_spared = files_spared + ?"
                        + " WHERE id = ? AND claim = ?",
                next.toEpochMilli(),
                deleted,
                spared,
                id,
                claim);
    }

    static void fail(Transaction tx, String id, String claim, String error) {
        tx.update(
                "UPDATE dropped_relation SET attempts = attempts + 1, last_error = ?"
                        + " WHERE id = ? AND claim = ?",
                error.substring(0, Math.min(error.length(), ERROR_LENGTH_MAX)),
                id,
                claim);
    }

    /// From here on there is no way back. Tells whether it was still to be begun.
    static boolean begin(Transaction tx, String id, String claim, String uuid) {
        int begun =
                tx.update(
                        "UPDATE dropped_relation SET purging = 1, uuid = ?"
                                + " WHERE id = ? AND claim = ? AND purging = 0",
                        uuid,
                        id,
                        claim);
        if (begun == 0) {
            return false;
        }
        tx.update(
                "UPDATE warehouse SET purges_begun = purges_begun + 1 WHERE id ="
                        + " (SELECT warehouse_id FROM dropped_relation WHERE id = ?)",
                id);
        return true;
    }

    /// Removes the row. Tells whether the claim still held.
    static boolean end(Transaction tx, String id, String claim) {
        return tx.update("DELETE FROM dropped_relation WHERE id = ? AND claim = ?", id, claim) == 1;
    }

    /// How many purges have begun. Only grows.
    static long begun(Transaction tx) {
        return tx.queryOne(
                        "SELECT COALESCE(SUM(purges_begun), 0) FROM warehouse",
                        row -> row.number(1))
                .orElse(0L);
    }

    static boolean isPurging(Transaction tx, String uuid) {
        return !tx.query(
                        "SELECT id FROM dropped_relation WHERE uuid = ? AND purging = 1 LIMIT 1",
                        row -> row.string(1),
                        uuid)
                .isEmpty();
    }

    /// Whether another relation, live or restorable, stands for the same table, as after a second
    /// registration: then its files are not this one's alone.
    static boolean isShared(Transaction tx, String uuid, String id) {
        return !tx.query(
                        "SELECT id FROM relation WHERE uuid = ? AND id <> ? LIMIT 1",
                        row -> row.string(1),
                        uuid,
                        id)
                .isEmpty();
    }
}
