package dev.tarn.catalog.table;

import dev.tarn.catalog.Locations;
import dev.tarn.catalog.Names;
import dev.tarn.catalog.drop.Drops;
import dev.tarn.catalog.drop.Protections;
import dev.tarn.catalog.idempotency.Claim;
import dev.tarn.catalog.namespace.NamespaceRow;
import dev.tarn.catalog.relation.Kind;
import dev.tarn.catalog.relation.Relation;
import dev.tarn.catalog.relation.Relations;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.store.Database;
import dev.tarn.store.OutcomeUnknownException;
import dev.tarn.store.Transaction;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.rest.requests.CreateTableRequest;
import org.apache.iceberg.rest.requests.RegisterTableRequest;

/// Gives a name its first metadata file: a new one, or one that is there already.
final class CreateTable {
    private static final int ATTEMPTS_MAX = 16;

    private final Database database;
    private final Relations relations;
    private final MetadataFiles files;
    private final Locations locations;
    private final Drops drops;
    private final InstantSource clock;

    CreateTable(
            Database database,
            Relations relations,
            MetadataFiles files,
            Locations locations,
            Drops drops,
            InstantSource clock) {
        this.database = database;
        this.relations = relations;
        this.files = files;
        this.locations = locations;
        this.drops = drops;
        this.clock = clock;
    }

    TableVersion stage(Warehouse warehouse, TableIdentifier name, CreateTableRequest request) {
        Map<String, String> properties = new HashMap<>();
        properties.put("created-at", clock.instant().atOffset(ZoneOffset.UTC).toString());
        properties.putAll(request.properties());
        return TableVersion.of(metadata(warehouse, name, request, properties));
    }

    TableVersion create(Warehouse warehouse, TableIdentifier name, CreateTableRequest request) {
        TableMetadata metadata = metadata(warehouse, name, request, request.properties());
        TableVersion written = files.write(Draft.ofNew(metadata));
        try {
            insert(
                    warehouse,
                    name,
                    written,
                    tx -> {
                        relations.insert(
                                tx,
                                warehouse,
                                name,
                                written.recent().uuid(),
                                written.requireLocation(),
                                written.recent().location());
                        relations.record(
                                tx, "create", warehouse, name, TableDetails.ofNew(written));
                        return true;
                    });
        } catch (CommitStateUnknownException e) {
            throw e;
        } catch (RuntimeException e) {
            files.forget(List.of(written.requireLocation()));
            throw e;
        }
        return written;
    }

    private TableMetadata metadata(
            Warehouse warehouse,
            TableIdentifier name,
            CreateTableRequest request,
            Map<String, String> properties) {
        Names.check(name);
        NamespaceRow namespace = relations.requireFree(warehouse, name);
        locations.requireProperties(warehouse, properties);
        FormatVersion.check(properties);
        String location =
                locations.choose(
                        warehouse,
                        name.namespace(),
                        namespace.properties(),
                        name.name(),
                        request.location());
        try {
            return TableMetadata.newTableMetadata(
                    request.schema(),
                    request.spec() != null ? request.spec() : PartitionSpec.unpartitioned(),
                    request.writeOrder() != null ? request.writeOrder() : SortOrder.unsorted(),
                    location,
                    properties);
        } catch (ValidationException | IllegalArgumentException | IllegalStateException e) {
            throw new BadRequestException(e, "Cannot create %s: %s", name, e.getMessage());
        }
    }

    /// A purge that begins between reading the file and pointing to it makes this start again: then
    /// the file may be gone.
    TableVersion register(Warehouse warehouse, TableIdentifier name, RegisterTableRequest request) {
        String location =
                locations.require(warehouse, "Metadata location", request.metadataLocation());
        for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
            long purgesBegun = database.read(drops::purgesBegun);
            Optional<Relation> existing = existing(warehouse, name);
            if (existing.isPresent() && !request.overwrite()) {
                throw new AlreadyExistsException("Table already exists: %s", name);
            }
            TableVersion metadata = readForeign(location);
            FormatVersion.require(metadata.recent().formatVersion());
            locations.require(warehouse, "Location of " + name, metadata.recent().location());
            locations.requireProperties(warehouse, metadata.recent().properties());
            boolean registered =
                    insert(
                            warehouse,
                            name,
                            metadata,
                            tx -> {
                                if (!drops.noneBegan(tx, purgesBegun)) {
                                    return false;
                                }
                                drops.requireNotPurging(tx, name, metadata.recent().uuid());
                                Relation.requireOneName(
                                        tx,
                                        metadata.recent().uuid(),
                                        existing.map(Relation::id).orElse(""),
                                        "register " + name);
                                point(tx, warehouse, name, existing, metadata);
                                relations.record(
                                        tx,
                                        "register",
                                        warehouse,
                                        name,
                                        TableDetails.ofNew(metadata));
                                return true;
                            });
            if (registered) {
                return metadata;
            }
        }
        throw new CommitFailedException("Cannot register %s: lost %s races", name, ATTEMPTS_MAX);
    }

    /// A file that others wrote, and that may be anything.
    private TableVersion readForeign(String location) {
        try {
            return files.readAnew(location);
        } catch (ValidationException
                | IllegalArgumentException
                | IllegalStateException
                | NullPointerException
                | ClassCastException
                | UncheckedIOException e) {
            throw new BadRequestException(
                    e, "Not a metadata file of a table: %s: %s", location, e.getMessage());
        }
    }

    private Optional<Relation> existing(Warehouse warehouse, TableIdentifier name) {
        return database.read(tx -> {
            NamespaceRow.require(tx, warehouse, name.namespace());
            Optional<Relation> found = Relation.find(tx, warehouse, name);
            if (found.isPresent() && found.get().kind() == Kind.VIEW) {
                throw new AlreadyExistsException("View with same name already exists: %s", name);
            }
            return found;
        });
    }

    private void point(
            Transaction tx,
            Warehouse warehouse,
            TableIdentifier name,
            Optional<Relation> existing,
            TableVersion metadata) {
        String location = metadata.requireLocation();
        if (existing.isEmpty()) {
            relations.insert(
                    tx,
                    warehouse,
                    name,
                    metadata.recent().uuid(),
                    location,
                    metadata.recent().location());
        } else if (!existing.get()
                .replace(tx, metadata.recent().uuid(), location, metadata.recent().location())) {
            Protections.requireUnprotected(tx, existing.get(), name);
            throw new CommitFailedException("Cannot register %s: it changed meanwhile", name);
        }
    }

    /// Runs the transaction; if its outcome is unknown, the pointer tells.
    private boolean insert(
            Warehouse warehouse,
            TableIdentifier name,
            TableVersion metadata,
            Function<Transaction, Boolean> work) {
        try {
            return Claim.attempt(
                            database,
                            tx -> work.apply(tx) ? Optional.of(metadata) : Optional.empty(),
                            TableVersion::requireLocation)
                    .isPresent();
        } catch (OutcomeUnknownException e) {
            if (!isCurrent(warehouse, name, metadata, e)) {
                throw new CommitStateUnknownException(e);
            }
            return true;
        }
    }

    private boolean isCurrent(
            Warehouse warehouse,
            TableIdentifier name,
            TableVersion metadata,
            OutcomeUnknownException unknown) {
        try {
            return relations
                    .find(warehouse, name)
                    .map(Relation::metadataLocation)
                    .filter(metadata.requireLocation()::equals)
                    .isPresent();
        } catch (RuntimeException e) {
            unknown.addSuppressed(e);
            return false;
        }
    }
}
