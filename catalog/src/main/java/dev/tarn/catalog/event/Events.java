package dev.tarn.catalog.event;

import dev.tarn.catalog.Names;
import dev.tarn.catalog.PropertiesJson;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.store.Database;
import dev.tarn.store.Row;
import dev.tarn.store.Transaction;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.catalog.Namespace;
import org.jspecify.annotations.Nullable;

/// The stream of changes that took effect, the oldest first. A cursor is the position of the last
/// event that was read; 0 is before the first there ever was.
public final class Events {
    private static final int LIMIT_MAX = 10_000;

    /// How many events are looked at for one page: a filter that takes few must not read all.
    private static final int WINDOW = 10_000;

    private static final int TRIM_BATCH = 1_000;

    private static final String SELECT =
            "SELECT position, at_ms, kind, warehouse, namespace, name, details FROM event"
                    + " WHERE position > ? AND position <= ?";

    private final Database database;
    private final InstantSource clock;
    private final Numbering numbering;

    public Events(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
        this.numbering = new Numbering(database);
    }

    /// Writes an event in the transaction of the change it tells of. Call it after the change: the
    /// order of the events of a thing is that of its row locks.
    ///
    /// @param kind that of an [EventType]
    public void record(
            Transaction tx,
            String kind,
            Warehouse warehouse,
            Namespace namespace,
            @Nullable String name,
            Map<String, String> details) {
        tx.update(
                "INSERT INTO event (at_ms, kind, warehouse, namespace, name, details)"
                        + " VALUES (?, ?, ?, ?, ?, ?)",
                clock.millis(),
                EventType.ofKind(kind).kind(),
                warehouse.name(),
                Names.path(namespace),
                name,
                PropertiesJson.write(details));
    }

    public List<Event> after(long cursor, int limit) {
        return after(cursor, EventFilter.ALL, limit).events();
    }

    /// The events after `cursor`, oldest first, at most `limit`.
    ///
    /// @throws EventsGoneException if some after `cursor` are no longer kept
    public EventPage after(long cursor, EventFilter filter, int limit) {
        Look look = database.read(tx -> look(tx, cursor, filter, limit));
        if (look.waiting() && !look.page().more()) {
            numbering.run();
            look = database.read(tx -> look(tx, cursor, filter, limit));
        }
        look.stream().check(cursor);
        return look.page();
    }

    private static Look look(Transaction tx, long cursor, EventFilter filter, int limit) {
        Stream stream = stream(tx);
        long end = Math.min(stream.position(), cursor + WINDOW);
        int most = Math.clamp(limit, 1, LIMIT_MAX);
        List<Object> arguments = new ArrayList<>(List.of(cursor, end));
        String condition = filter.condition(arguments);
        arguments.add(most);
        List<Event> events =
                tx.query(
                        SELECT + condition + " ORDER BY position LIMIT ?",
                        Events::event,
                        arguments.toArray());
        long next = events.size() == most ? events.getLast().cursor() : Math.max(cursor, end);
        boolean more = next < stream.position();
        return new Look(new EventPage(events, next, more), stream, !more && Numbering.isDue(tx));
    }

    /// The cursor before the oldest event that is kept.
    public long oldest() {
        return database.read(Events::stream).trimmed();
    }

    /// The cursor after the newest event.
    public long newest() {
        boolean waiting = database.read(Numbering::isDue);
        if (waiting) {
            numbering.run();
        }
        return database.read(Events::stream).position();
    }

    /// Removes the oldest events up to the first that is not from before `before`. Returns how many
    /// it removed.
    public int trim(Instant before) {
        newest();
        int removed = 0;
        // Ends: each round but the last removes some that were there.
        for (int batch = TRIM_BATCH; batch == TRIM_BATCH; ) {
            batch = database.<Integer>write(tx -> trimSome(tx, before.toEpochMilli()));
            removed += batch;
        }
        return removed;
    }

    private static int trimSome(Transaction tx, long beforeMillis) {
        List<long[]> oldest =
                tx.query(
                        "SELECT position, at_ms FROM event WHERE position > ?"
                                + " ORDER BY position LIMIT ?",
                        row -> new long[] {row.number(1), row.number(2)},
                        stream(tx).trimmed(),
                        TRIM_BATCH);
        long last = 0;
        for (long[] event : oldest) {
            if (event[1] >= beforeMillis) {
                break;
            }
            last = event[0];
        }
        tx.update("UPDATE event_stream SET trimmed = ? WHERE trimmed < ?", last, last);
        return tx.update("DELETE FROM event WHERE position <= ?", last);
    }

    /// A name that no other installation has, for those who receive events from several.
    public String installation() {
        return database.read(Events::findInstallation).isEmpty()
                ? database.write(Events::nameInstallation)
                : database.read(Events::findInstallation).getFirst();
    }

    private static String nameInstallation(Transaction tx) {
        tx.update(
                "UPDATE event_stream SET installation = ? WHERE installation IS NULL",
                UUID.randomUUID().toString());
        return findInstallation(tx).getFirst();
    }

    private static List<String> findInstallation(Transaction tx) {
        return tx.query(
                "SELECT installation FROM event_stream WHERE installation IS NOT NULL",
                row -> row.string(1));
    }

    private static Stream stream(Transaction tx) {
        return tx.queryOne(
                        "SELECT position, trimmed FROM event_stream",
                        row -> new Stream(row.number(1), row.number(2)))
                .orElseThrow();
    }

    private static Event event(Row row) {
        return new Event(
                row.number(1),
                Instant.ofEpochMilli(row.number(2)),
                EventType.ofKind(row.string(3)),
                row.string(4),
                Names.namespace(row.string(5)),
                row.stringOrNull(6),
                PropertiesJson.read(row.string(7)));
    }

    /// @param position of the newest event
    /// @param trimmed position of the last that was removed
    private record Stream(long position, long trimmed) {
        void check(long cursor) {
            if (cursor < trimmed) {
                throw new EventsGoneException(
                        "Events after %s are no longer kept, the oldest cursor is %s"
                                .formatted(cursor, trimmed));
            }
            if (cursor > position) {
                throw new EventsGoneException(
                        "Cursor %s is not of these events, the newest is %s"
                                .formatted(cursor, position));
            }
        }
    }

    /// @param waiting whether there is more that has no position yet
    private record Look(EventPage page, Stream stream, boolean waiting) {}
}
