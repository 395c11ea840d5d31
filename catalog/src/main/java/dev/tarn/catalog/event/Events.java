package dev.tarn.catalog.event;

import dev.tarn.catalog.Names;
import dev.tarn.catalog.PropertiesJson;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.store.Database;
import dev.tarn.store.Row;
import dev.tarn.store.Transaction;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.catalog.Namespace;
import org.jspecify.annotations.Nullable;

/// The stream of changes that took effect.
///
/// Writers share a lock to the end of their transaction and a reader takes it alone for a moment,
/// so that no event appears later with a smaller cursor than one already read.
public final class Events {
    private static final String LOCK = "event";
    private static final int LIMIT_MAX = 10_000;

    private final Database database;
    private final InstantSource clock;

    public Events(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /// Writes an event in the transaction of the change it tells of. Call it last: the lock is held
    /// from here to the end.
    public void record(
            Transaction tx,
            String kind,
            Warehouse warehouse,
            Namespace namespace,
            @Nullable String name,
            Map<String, String> details) {
        tx.lockShared(LOCK);
        tx.update(
                "INSERT INTO event (at_ms, kind, warehouse, namespace, name, details)"
                        + " VALUES (?, ?, ?, ?, ?, ?)",
                clock.millis(),
                kind,
                warehouse.name(),
                Names.path(namespace),
                name,
                PropertiesJson.write(details));
    }

    /// The events after `cursor`, oldest first; 0 is before the first one.
    public List<Event> after(long cursor, int limit) {
        boolean none =
                database.read(tx ->
                        tx.query(
                                        "SELECT id FROM event WHERE id > ? LIMIT 1",
                                        row -> row.number(1),
                                        cursor)
                                .isEmpty());
        if (none) {
            return List.of();
        }
        return database.write(tx -> {
            tx.lock(LOCK);
            return tx.query(
                    "SELECT id, at_ms, kind, warehouse, namespace, name, details FROM event"
                            + " WHERE id > ? ORDER BY id LIMIT ?",
                    Events::event,
                    cursor,
                    Math.min(limit, LIMIT_MAX));
        });
    }

    private static Event event(Row row) {
        return new Event(
                row.number(1),
                Instant.ofEpochMilli(row.number(2)),
                row.string(3),
                row.string(4),
                Names.namespace(row.string(5)),
                row.stringOrNull(6),
                PropertiesJson.read(row.string(7)));
    }
}
