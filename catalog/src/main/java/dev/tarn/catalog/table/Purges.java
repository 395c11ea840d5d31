package dev.tarn.catalog.table;

import dev.tarn.catalog.Locations;
import dev.tarn.catalog.StoreFileIO;
import dev.tarn.catalog.relation.Relation;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.storage.ObjectStore;
import dev.tarn.store.Database;
import dev.tarn.store.Transaction;
import java.util.List;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.exceptions.NotFoundException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Deletes the files of dropped tables.
///
/// The row of a purge is written in the transaction of the drop and removed when the last file is
/// gone, so a crash delays a purge and never loses it. Deleting twice does no harm.
final class Purges {
    private static final Logger LOG = LoggerFactory.getLogger(Purges.class);

    private final Database database;
    private final StoreFileIO io;
    private final MetadataFiles files;
    private final Locations locations;

    Purges(Database database, ObjectStore store, MetadataFiles files, Locations locations) {
        this.database = database;
        this.io = new StoreFileIO(store);
        this.files = files;
        this.locations = locations;
    }

    /// Schedules nothing if another name still stands for the same table, as after a second
    /// registration: its files are not ours alone.
    void schedule(Transaction tx, Warehouse warehouse, Relation dropped) {
        boolean shared =
                !tx.query(
                                "SELECT id FROM relation WHERE uuid = ? AND id <> ? LIMIT 1",
                                row -> row.string(1),
                                dropped.uuid(),
                                dropped.id())
                        .isEmpty();
        if (!shared) {
            tx.update(
                    "INSERT INTO purge (id, warehouse_id, metadata_location) VALUES (?, ?, ?)",
                    dropped.id(),
                    warehouse.id(),
                    dropped.metadataLocation());
        }
    }

    /// Purges now what was scheduled. The drop took effect already and stands whatever happens
    /// here; what is left over stays scheduled.
    void run(Warehouse warehouse, Relation dropped) {
        try {
            scheduled(warehouse).stream()
                    .filter(purge -> purge.id().equals(dropped.id()))
                    .forEach(purge -> purge(warehouse, purge));
        } catch (RuntimeException e) {
            // Whatever it is, the drop is not undone by it.
            LOG.warn("purge delayed metadata={}", dropped.metadataLocation(), e);
        }
    }

    int resume(Warehouse warehouse) {
        int purged = 0;
        for (Scheduled left : scheduled(warehouse)) {
            try {
                purge(warehouse, left);
                purged++;
            } catch (RuntimeException e) {
                // It stays scheduled; the others do not wait for it.
                LOG.warn("purge delayed metadata={}", left.metadataLocation(), e);
            }
        }
        return purged;
    }

    private List<Scheduled> scheduled(Warehouse warehouse) {
        return database.read(tx ->
                tx.query(
                        "SELECT id, metadata_location FROM purge WHERE warehouse_id = ?",
                        row -> new Scheduled(row.string(1), row.string(2)),
                        warehouse.id()));
    }

    private void purge(Warehouse warehouse, Scheduled purge) {
        try {
            TableMetadata metadata = files.whole(files.read(purge.metadataLocation()));
            if (isRegisteredAgain(metadata)) {
                LOG.info("purge given up, registered again metadata={}", purge.metadataLocation());
            } else {
                deleteFiles(warehouse, purge, metadata);
            }
        } catch (NotFoundException e) {
            LOG.debug("purge found no metadata={}", purge.metadataLocation(), e);
        }
        database.<Integer>write(tx -> tx.update("DELETE FROM purge WHERE id = ?", purge.id()));
    }

    /// Whether a name stands for the table since the drop: then its files are in use.
    private boolean isRegisteredAgain(TableMetadata metadata) {
        return !database.read(tx ->
                        tx.query(
                                "SELECT id FROM relation WHERE uuid = ? LIMIT 1",
                                row -> row.string(1),
                                metadata.uuid()))
                .isEmpty();
    }

    private void deleteFiles(Warehouse warehouse, Scheduled purge, TableMetadata metadata) {
        var reachable = new ReachableFiles(io, metadata);
        reachable.forEachBatch(batch ->
                io.deleteFiles(
                        batch.stream().filter(path -> locations.isOurs(warehouse, path)).toList()));
        // Last, because it names all others.
        io.deleteFile(purge.metadataLocation());
    }

    private record Scheduled(String id, String metadataLocation) {}
}
