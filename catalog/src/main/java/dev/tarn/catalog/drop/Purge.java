package dev.tarn.catalog.drop;

import dev.tarn.catalog.Locations;
import dev.tarn.catalog.MetadataObjects;
import dev.tarn.catalog.StoreFileIO;
import dev.tarn.catalog.drop.PurgeRows.Due;
import dev.tarn.catalog.event.Events;
import dev.tarn.catalog.relation.Kind;
import dev.tarn.catalog.relation.Relation;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.storage.ObjectStore;
import dev.tarn.store.Database;
import dev.tarn.store.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.exceptions.NotFoundException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The end of one dropped relation: it is forgotten, or its files are deleted first.
///
/// The files are exactly those that its metadata names, without those that lie outside the
/// warehouse or below another table, and the metadata file last. Before each batch its claim and
/// the claims of other tables are looked at in one transaction.
final class Purge {
    /// How long a batch may take before others believe that this process died.
    static final Duration CLAIM = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(Purge.class);
    private static final long RETRY_SECONDS_MIN = 10;
    private static final long RETRY_SECONDS_MAX = 3600;

    private final Tools tools;
    private final StoreFileIO io;
    private final Warehouse warehouse;
    private final Dropped dropped;
    private final String claim;
    private long deleted;
    private long spared;

    /// Counted, and not yet in the row.
    private long deletedSince;

    private long sparedSince;

    /// What every purge works with.
    record Tools(
            Database database,
            ObjectStore store,
            Locations locations,
            Events events,
            InstantSource clock,
            Pace pace,
            BooleanSupplier closed) {}

    Purge(Tools tools, Due due, String claim) {
        this.tools = tools;
        this.io = new StoreFileIO(tools.store);
        this.warehouse = due.warehouse();
        this.dropped = due.dropped();
        this.claim = claim;
        this.deleted = dropped.progress().filesDeleted();
        this.spared = dropped.progress().filesSpared();
    }

    /// Returns whether it has ended, here.
    boolean run() {
        try {
            return work();
        } catch (ClosedException e) {
            release(tools.clock.instant(), null);
            return false;
        } catch (ClaimLostException e) {
            return false;
        } catch (RuntimeException e) {
            // Whatever it is, the others do not wait for it.
            Duration delay = delay();
            LOG.warn("purge table={} again in {}", dropped.name(), delay, e);
            release(tools.clock.instant().plus(delay), e);
            return false;
        }
    }

    private Duration delay() {
        int attempts = Math.min(dropped.progress().attempts(), 10);
        return Duration.ofSeconds(Math.min(RETRY_SECONDS_MAX, RETRY_SECONDS_MIN << attempts));
    }

    private boolean work() {
        if (!dropped.purge()) {
            return forget("");
        }
        if (dropped.kind() == Kind.VIEW) {
            return begin(dropped.uuid()) ? end() : forget("registered again");
        }
        TableMetadata metadata;
        try {
            metadata =
                    TableMetadataParser.fromJson(
                            dropped.metadataLocation(),
                            new MetadataObjects(tools.store).read(dropped.metadataLocation()));
        } catch (NotFoundException e) {
            LOG.warn("purge table={} metadata file missing", dropped.name(), e);
            return forget("metadata file is missing");
        }
        if (!dropped.uuid().isEmpty() && !dropped.uuid().equals(metadata.uuid())) {
            return forget("metadata file is another table's now");
        }
        if (!metadata.propertyAsBoolean(
                TableProperties.GC_ENABLED, TableProperties.GC_ENABLED_DEFAULT)) {
            return forget(TableProperties.GC_ENABLED + " is false");
        }
        if (!begin(metadata.uuid())) {
            return forget("registered again");
        }
        new Whereabouts(tools.database, tools.store).complete();
        ReachableFiles.forEachBatch(io, metadata, this::delete);
        return end();
    }

    /// The files stay.
    ///
    /// @param why though they were to go; empty if they were not
    private boolean forget(String why) {
        return write(tx -> {
            if (!PurgeRows.end(tx, dropped.id(), claim)) {
                throw new ClaimLostException();
            }
            Relation.delete(tx, dropped.id());
            record(tx, "expire", why.isEmpty() ? Map.of() : Map.of("files-kept", why));
        });
    }

    /// Makes the way back impossible. Returns false if the files are in use by a table that was
    /// registered from them. Whoever registers waits for this transaction, or this one for theirs.
    private boolean begin(String uuid) {
        if (dropped.progress().begun()) {
            return true;
        }
        return tools.database.write(tx -> {
            tx.lock(PurgeRows.LOCK);
            if (PurgeRows.isShared(tx, uuid, dropped.id())) {
                return false;
            }
            if (!PurgeRows.begin(tx, dropped.id(), claim, uuid)) {
                throw new ClaimLostException();
            }
            Relation.delete(tx, dropped.id());
            return true;
        });
    }

    private boolean end() {
        delete(List.of(dropped.metadataLocation()));
        boolean ended =
                write(tx -> {
                    if (!PurgeRows.end(tx, dropped.id(), claim)) {
                        throw new ClaimLostException();
                    }
                    record(
                            tx,
                            "purge",
                            Map.of(
                                    "files-deleted",
                                    Long.toString(deleted),
                                    "files-spared",
                                    Long.toString(spared)));
                });
        LOG.info("purge table={} deleted={} spared={}", dropped.name(), deleted, spared);
        return ended;
    }

    private void delete(List<String> files) {
        if (tools.closed.getAsBoolean()) {
            throw new ClosedException();
        }
        List<String> ours =
                files.stream().filter(file -> tools.locations.isOurs(warehouse, file)).toList();
        Instant until = tools.clock.instant().plus(CLAIM);
        List<String> unclaimed =
                tools.database.write(tx -> {
                    if (!PurgeRows.renew(
                            tx, dropped.id(), claim, until, deletedSince, sparedSince)) {
                        throw new ClaimLostException();
                    }
                    return Claims.unclaimed(tx, ours);
                });
        deletedSince = 0;
        sparedSince = 0;
        io.deleteFiles(unclaimed);
        deletedSince = unclaimed.size();
        sparedSince = (long) files.size() - unclaimed.size();
        deleted += deletedSince;
        spared += sparedSince;
        tools.pace.spend(unclaimed.size());
    }

    private void release(Instant next, @Nullable RuntimeException failure) {
        write(tx -> {
            if (failure != null) {
                String text = failure.toString().lines().findFirst().orElse("");
                PurgeRows.fail(tx, dropped.id(), claim, text);
            }
            PurgeRows.release(tx, dropped.id(), claim, next, deletedSince, sparedSince);
        });
    }

    private boolean write(Consumer<Transaction> work) {
        return tools.database.write(tx -> {
            work.accept(tx);
            return true;
        });
    }

    private void record(Transaction tx, String verb, Map<String, String> further) {
        Map<String, String> details = new TreeMap<>(further);
        details.put("uuid", dropped.uuid());
        tools.events.record(
                tx,
                verb + "-" + dropped.kind().text(),
                warehouse,
                dropped.name().namespace(),
                dropped.name().name(),
                details);
    }

    /// Another process has taken over.
    private static final class ClaimLostException extends RuntimeException {
        ClaimLostException() {
            super("Another process has taken over", null, false, false);
        }
    }

    /// This process is about to end; the purge goes on in the next one.
    private static final class ClosedException extends RuntimeException {
        ClosedException() {
            super("The catalog is closed", null, false, false);
        }
    }
}
