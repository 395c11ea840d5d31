package dev.tarn.catalog.table;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.iceberg.LocationProviders;
import org.apache.iceberg.MetadataUpdate;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.UpdateRequirements;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;

/// Takes the commits of one table and keeps them. Until the first one, `refresh` sees what others
/// do; from then on the table is what it was, plus the changes kept.
final class PendingTable implements TableOperations {
    private final TableIdentifier name;
    private final Supplier<TableMetadata> loader;
    private final FileIO io;
    private TableMetadata base;
    private TableMetadata current;

    PendingTable(TableIdentifier name, Supplier<TableMetadata> loader, FileIO io) {
        this.name = name;
        this.loader = loader;
        this.io = io;
        this.base = loader.get();
        this.current = base;
    }

    /// What the commits amount to; empty if there was none.
    Optional<TableChange> change() {
        List<MetadataUpdate> updates = current.changes();
        return updates.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new TableChange(
                                name, UpdateRequirements.forUpdateTable(base, updates), updates));
    }

    @Override
    public TableMetadata current() {
        return current;
    }

    @Override
    public TableMetadata refresh() {
        if (current.changes().isEmpty()) {
            base = loader.get();
            current = base;
        }
        return current;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // as every implementation: the very object handed out
    public void commit(TableMetadata from, TableMetadata to) {
        if (from != current) {
            throw new CommitFailedException("Cannot commit to %s: stale metadata", name);
        }
        current = to;
    }

    @Override
    public FileIO io() {
        return io;
    }

    @Override
    public String metadataFileLocation(String fileName) {
        return MetadataFiles.folder(current) + "/" + fileName;
    }

    @Override
    public LocationProvider locationProvider() {
        return LocationProviders.locationsFor(current.location(), current.properties());
    }
}
