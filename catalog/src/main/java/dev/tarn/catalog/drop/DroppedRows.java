package dev.tarn.catalog.drop;

import dev.tarn.catalog.Names;
import dev.tarn.catalog.PageRequest;
import dev.tarn.catalog.relation.Kind;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.store.Row;
import dev.tarn.store.Transaction;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.BadRequestException;
import org.jspecify.annotations.Nullable;

/// The rows of what was dropped, as a user sees them. What the purge job does to them is in
/// [PurgeRows].
final class DroppedRows {
    static final String COLUMNS =
            "d.id, d.kind, d.namespace, d.name, d.uuid, d.metadata_location, d.dropped_ms,"
                    + " d.expires_ms, d.purge, d.purging, d.files_deleted, d.files_spared,"
                    + " d.attempts, d.last_error";

    private DroppedRows() {}

    static void insert(Transaction tx, Warehouse warehouse, Dropped dropped) {
        tx.update(
                "INSERT INTO dropped_relation (id, warehouse_id, namespace, name, kind, uuid,"
                        + " metadata_location, dropped_ms, expires_ms, purge, purging, due_ms,"
                        + " attempts, files_deleted, files_spared)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, 0, 0, 0)",
                dropped.id(),
                warehouse.id(),
                Names.path(dropped.name().namespace()),
                dropped.name().name(),
                dropped.kind().text(),
                dropped.uuid(),
                dropped.metadataLocation(),
                dropped.droppedAt().toEpochMilli(),
                dropped.expiresAt().toEpochMilli(),
                dropped.purge(),
                dropped.expiresAt().toEpochMilli());
    }

    static Optional<Dropped> find(Transaction tx, Warehouse warehouse, String id) {
        return tx.queryOne(
                "SELECT "
                        + COLUMNS
                        + " FROM dropped_relation d WHERE d.id = ? AND warehouse_id = ?",
                DroppedRows::dropped,
                id,
                warehouse.id());
    }

    /// The oldest first.
    ///
    /// @param name null for all
    static List<Dropped> list(
            Transaction tx, Warehouse warehouse, @Nullable TableIdentifier name, PageRequest page) {
        After after = After.of(page.after());
        String anyName = name == null ? "" : " AND d.namespace = ? AND d.name = ?";
        String sql =
                "SELECT "
                        + COLUMNS
                        + " FROM dropped_relation d WHERE warehouse_id = ? AND (d.dropped_ms > ? OR"
                        + " (d.dropped_ms = ? AND d.id > ?))"
                        + anyName
                        + " ORDER BY d.dropped_ms, d.id LIMIT ?";
        return name == null
                ? tx.query(
                        sql,
                        DroppedRows::dropped,
                        warehouse.id(),
                        after.droppedMs,
                        after.droppedMs,
                        after.id,
                        page.rows())
                : tx.query(
                        sql,
                        DroppedRows::dropped,
                        warehouse.id(),
                        after.droppedMs,
                        after.droppedMs,
                        after.id,
                        Names.path(name.namespace()),
                        name.name(),
                        page.rows());
    }

    /// Removes the row of what is to be restored. Tells whether it was in time.
    static boolean restore(Transaction tx, String id) {
        return tx.update("DELETE FROM dropped_relation WHERE id = ? AND purging = 0", id) == 1;
    }

    /// Ends the retention now, and asks for the files to go.
    static void expire(Transaction tx, String id, Instant now) {
        tx.update(
                "UPDATE dropped_relation SET purge = 1, expires_ms = ?, due_ms = ?"
                        + " WHERE id = ? AND purging = 0",
                now.toEpochMilli(),
                now.toEpochMilli(),
                id);
    }

    static Dropped dropped(Row row) {
        Namespace namespace = Names.namespace(row.string(3));
        return new Dropped(
                row.string(1),
                Kind.of(row.string(2)),
                TableIdentifier.of(namespace, row.string(4)),
                row.string(5),
                row.string(6),
                Instant.ofEpochMilli(row.number(7)),
                Instant.ofEpochMilli(row.number(8)),
                row.number(9) != 0,
                new Dropped.Progress(
                        row.number(10) != 0,
                        row.number(11),
                        row.number(12),
                        Math.toIntExact(row.number(13)),
                        row.stringOrNull(14)));
    }

    /// Where a row stands in the listing, as a page's token carries it.
    static String key(Dropped dropped) {
        return String.format(
                Locale.ROOT, "%d-%s", dropped.droppedAt().toEpochMilli(), dropped.id());
    }

    private record After(long droppedMs, String id) {
        static After of(String key) {
            if (key.isEmpty()) {
                return new After(-1, "");
            }
            int dash = key.indexOf('-');
            if (dash < 1 || !key.substring(0, dash).matches("\\d{1,15}")) {
                throw new BadRequestException("Unknown page token");
            }
            return new After(Long.parseLong(key.substring(0, dash)), key.substring(dash + 1));
        }
    }
}
