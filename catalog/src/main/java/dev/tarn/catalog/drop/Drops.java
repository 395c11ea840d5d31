package dev.tarn.catalog.drop;

import dev.tarn.catalog.Changes;
import dev.tarn.catalog.Locations;
import dev.tarn.catalog.Names;
import dev.tarn.catalog.Page;
import dev.tarn.catalog.PageRequest;
import dev.tarn.catalog.event.Events;
import dev.tarn.catalog.namespace.NamespaceRow;
import dev.tarn.catalog.relation.Kind;
import dev.tarn.catalog.relation.Relation;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.storage.ObjectStore;
import dev.tarn.store.Database;
import dev.tarn.store.DuplicateKeyException;
import dev.tarn.store.ForeignKeyException;
import dev.tarn.store.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.jspecify.annotations.Nullable;

/// What was dropped: it can be restored until its time is over, and then goes.
public final class Drops implements AutoCloseable {
    private static final int ATTEMPTS_MAX = 16;
    private static final Duration RETENTION_MAX = Duration.ofDays(3650);

    private final Database database;
    private final Events events;
    private final InstantSource clock;
    private final Duration defaultRetention;
    private final Purges purges;

    /// @param defaultRetention of warehouses that have none of their own
    public Drops(
            Database database,
            ObjectStore store,
            Locations locations,
            Events events,
            InstantSource clock,
            Duration defaultRetention) {
        this.database = database;
        this.events = events;
        this.clock = clock;
        this.defaultRetention = defaultRetention;
        this.purges = new Purges(database, store, locations, events, clock);
    }

    /// The name is free at once.
    ///
    /// @param purge whether the files go when the retention has passed
    /// @throws dev.tarn.catalog.ProtectedException if it is protected
    public Dropped drop(Warehouse warehouse, Kind kind, TableIdentifier name, boolean purge) {
        for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
            Optional<Dropped> dropped =
                    Changes.attempt(
                            database, tx -> tryDrop(tx, warehouse, kind, name, purge), row -> "");
            if (dropped.isPresent()) {
                purges.wake();
                return dropped.get();
            }
        }
        throw new CommitFailedException("Cannot drop %s: lost %s races", name, ATTEMPTS_MAX);
    }

    /// Empty if another change came between reading and writing.
    private Optional<Dropped> tryDrop(
            Transaction tx, Warehouse warehouse, Kind kind, TableIdentifier name, boolean purge) {
        Relation row = Relation.require(tx, warehouse, kind, name);
        if (!row.unname(tx, warehouse, name)) {
            Protections.requireUnprotected(tx, row, name);
            return Optional.empty();
        }
        Duration retention = retention(tx, warehouse);
        Instant now = clock.instant();
        var dropped =
                new Dropped(
                        row.id(),
                        kind,
                        name,
                        row.uuid(),
                        row.metadataLocation(),
                        now,
                        now.plus(retention),
                        purge,
                        Dropped.Progress.NONE);
        if (retention.isZero() && !purge) {
            Relation.delete(tx, row.id());
        } else {
            DroppedRows.insert(tx, warehouse, dropped);
        }
        Map<String, String> details = new TreeMap<>();
        details.put("uuid", row.uuid());
        details.put("purge", String.valueOf(purge));
        if (!retention.isZero()) {
            details.put("restorable-until", dropped.expiresAt().toString());
        }
        record(tx, "drop", warehouse, dropped, name, details);
        return Optional.of(dropped);
    }

    /// What was dropped and is not gone, the oldest first.
    ///
    /// @param name only what had this one; null for all
    public Page<Dropped> list(
            Warehouse warehouse, @Nullable TableIdentifier name, PageRequest page) {
        List<Dropped> rows = database.read(tx -> DroppedRows.list(tx, warehouse, name, page));
        Iterator<Dropped> inOrder = rows.iterator();
        return page.page(rows.stream().map(DroppedRows::key).toList(), key -> inOrder.next());
    }

    /// @throws NoSuchTableException if there is none
    public Dropped require(Warehouse warehouse, String id) {
        return database.read(tx -> require(tx, warehouse, id));
    }

    private static Dropped require(Transaction tx, Warehouse warehouse, String id) {
        return DroppedRows.find(tx, warehouse, id)
                .orElseThrow(() ->
                        new NoSuchTableException(
                                "Nothing that was dropped has the id %s, or it is gone", id));
    }

    /// Gives it a name again. Identity, files, reports and everything else are as they were.
    ///
    /// @param to null for the name it had
    /// @throws NoSuchTableException if its time is over
    /// @throws AlreadyExistsException if the name is taken
    public Dropped undrop(Warehouse warehouse, String id, @Nullable TableIdentifier to) {
        if (to != null) {
            Names.check(to);
        }
        return Changes.write(
                database,
                tx -> {
                    Dropped dropped = require(tx, warehouse, id);
                    TableIdentifier name = to == null ? dropped.name() : to;
                    NamespaceRow namespace = NamespaceRow.require(tx, warehouse, name.namespace());
                    if (!dropped.isRestorable(clock.instant()) || !DroppedRows.restore(tx, id)) {
                        throw new NoSuchTableException(
                                "%s cannot be restored, its time was over at %s: %s",
                                dropped.kind().title(), dropped.expiresAt(), dropped.name());
                    }
                    if (dropped.kind() == Kind.TABLE) {
                        Relation.requireOneName(
                                tx, dropped.uuid(), id, "restore " + dropped.name());
                    }
                    name(tx, warehouse, dropped, namespace, name);
                    record(
                            tx,
                            "undrop",
                            warehouse,
                            dropped,
                            name,
                            Map.of(
                                    "uuid",
                                    dropped.uuid(),
                                    "from",
                                    dropped.name().toString(),
                                    "metadata-location",
                                    dropped.metadataLocation()));
                    return dropped;
                });
    }

    private static void name(
            Transaction tx,
            Warehouse warehouse,
            Dropped dropped,
            NamespaceRow namespace,
            TableIdentifier name) {
        try {
            tx.tryUpdate(
                    "UPDATE relation SET namespace_id = ?, name = ?, metadata_location = ?"
                            + " WHERE id = ?",
                    namespace.id(),
                    name.name(),
                    dropped.metadataLocation(),
                    dropped.id());
            NamespaceRow.countRenaming(tx, namespace.id());
        } catch (DuplicateKeyException e) {
            String taken =
                    Relation.find(tx, warehouse, name)
                            .map(Relation::kind)
                            .orElse(dropped.kind())
                            .title();
            throw new AlreadyExistsException(
                    e, "Cannot restore %s: %s already exists: %s", dropped.name(), taken, name);
        } catch (ForeignKeyException e) {
            throw new NoSuchNamespaceException(e, "Namespace does not exist: %s", name.namespace());
        }
    }

    /// Ends its time now and lets its files go, outside this call.
    ///
    /// @throws NoSuchTableException if there is none
    public Dropped purge(Warehouse warehouse, String id) {
        Dropped dropped =
                Changes.write(
                        database,
                        tx -> {
                            require(tx, warehouse, id);
                            DroppedRows.expire(tx, id, clock.instant());
                            return require(tx, warehouse, id);
                        });
        purges.wake();
        return dropped;
    }

    /// How long what is dropped in the warehouse from now on can be restored.
    public Duration retention(Warehouse warehouse) {
        return database.read(tx -> retention(tx, warehouse));
    }

    private Duration retention(Transaction tx, Warehouse warehouse) {
        return tx.queryOne(
                        "SELECT drop_retention_ms FROM warehouse WHERE id = ?",
                        row -> Optional.ofNullable(row.numberOrNull(1)).map(Duration::ofMillis),
                        warehouse.id())
                .flatMap(Function.identity())
                .orElse(defaultRetention);
    }

    /// Holds for what is dropped from now on.
    ///
    /// @param retention zero makes drops final; null for the installation's default
    public void retain(Warehouse warehouse, @Nullable Duration retention) {
        if (retention != null
                && (retention.isNegative() || retention.compareTo(RETENTION_MAX) > 0)) {
            throw new BadRequestException(
                    "Retention must be from 0 to %s days, found %s",
                    RETENTION_MAX.toDays(), retention);
        }
        Changes.<Boolean>write(
                database,
                tx -> {
                    tx.update(
                            "UPDATE warehouse SET drop_retention_ms = ? WHERE id = ?",
                            retention == null ? null : retention.toMillis(),
                            warehouse.id());
                    events.record(
                            tx,
                            "update-warehouse",
                            warehouse,
                            Namespace.empty(),
                            null,
                            Map.of(
                                    "drop-retention",
                                    retention == null ? "default" : retention.toString()));
                    return true;
                });
    }

    /// To be read before a metadata file that is to be registered.
    public long purgesBegun(Transaction tx) {
        return PurgeRows.begun(tx);
    }

    /// Whether no purge has begun since [#purgesBegun] said `begun`. None begins before the end of
    /// the transaction. Files that were there then, and that no purge has, are there still.
    public boolean noneBegan(Transaction tx, long begun) {
        tx.lockShared(PurgeRows.LOCK);
        return PurgeRows.begun(tx) == begun;
    }

    /// @throws CommitFailedException if the files of this table are being deleted
    public void requireNotPurging(Transaction tx, TableIdentifier name, String uuid) {
        tx.lockShared(PurgeRows.LOCK);
        if (PurgeRows.isPurging(tx, uuid)) {
            throw new CommitFailedException(
                    "Cannot register %s: the files of the table with uuid %s are being purged",
                    name, uuid);
        }
    }

    /// Deals with everything whose time is over, in this thread. Returns how many have ended.
    public int purgeDue() {
        return purges.runDue();
    }

    /// Does so from now on whenever there is something, in a thread of its own.
    public void start() {
        purges.start();
    }

    @Override
    public void close() {
        purges.close();
    }

    private void record(
            Transaction tx,
            String verb,
            Warehouse warehouse,
            Dropped dropped,
            TableIdentifier name,
            Map<String, String> details) {
        events.record(
                tx,
                verb + "-" + dropped.kind().text(),
                warehouse,
                name.namespace(),
                name.name(),
                details);
    }
}
