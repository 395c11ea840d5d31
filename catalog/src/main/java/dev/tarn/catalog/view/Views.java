package dev.tarn.catalog.view;

import dev.tarn.catalog.Locations;
import dev.tarn.catalog.MetadataObjects;
import dev.tarn.catalog.Names;
import dev.tarn.catalog.Page;
import dev.tarn.catalog.PageRequest;
import dev.tarn.catalog.drop.Drops;
import dev.tarn.catalog.event.Events;
import dev.tarn.catalog.idempotency.Claim;
import dev.tarn.catalog.namespace.NamespaceRow;
import dev.tarn.catalog.relation.Kind;
import dev.tarn.catalog.relation.Relation;
import dev.tarn.catalog.relation.Relations;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.storage.ObjectStore;
import dev.tarn.store.Database;
import dev.tarn.store.OutcomeUnknownException;
import dev.tarn.store.Transaction;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.apache.iceberg.MetadataUpdate.SetLocation;
import org.apache.iceberg.MetadataUpdate.SetProperties;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.NoSuchViewException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.rest.requests.CreateViewRequest;
import org.apache.iceberg.rest.requests.RegisterViewRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.apache.iceberg.view.ViewMetadata;

/// The views of a warehouse. A dropped view can be restored for a while, and leaves its files, so
/// that it can be registered again.
public final class Views {
    private static final int ATTEMPTS_MAX = 8;

    private final Database database;
    private final Relations relations;
    private final ViewFiles files;
    private final Locations locations;
    private final Drops drops;

    public Views(
            Database database, ObjectStore store, Locations locations, Events events, Drops drops) {
        this.database = database;
        this.relations = new Relations(database, events, Kind.VIEW);
        this.files = new ViewFiles(new MetadataObjects(store));
        this.locations = locations;
        this.drops = drops;
    }

    /// See [Relations#listing].
    public Relations.Listing listing(Warehouse warehouse, Namespace namespace) {
        return relations.listing(warehouse, namespace);
    }

    public Page<TableIdentifier> list(Warehouse warehouse, Namespace namespace, PageRequest page) {
        return relations.list(warehouse, namespace, page);
    }

    /// @throws AlreadyExistsException if a table or view has this name
    public LoadedView create(Warehouse warehouse, Namespace namespace, CreateViewRequest request) {
        TableIdentifier name = TableIdentifier.of(namespace, request.name());
        Names.check(name);
        NamespaceRow row = relations.requireFree(warehouse, name);
        locations.requireProperties(warehouse, request.properties());
        String location =
                locations.choose(
                        warehouse, namespace, row.properties(), name.name(), request.location());
        LoadedView written = files.write(null, metadata(name, location, request));
        swap(
                warehouse,
                name,
                written,
                tx -> {
                    insert(tx, warehouse, name, written);
                    relations.record(tx, "create", warehouse, name, details(written));
                    return true;
                });
        return written;
    }

    private static ViewMetadata metadata(
            TableIdentifier name, String location, CreateViewRequest request) {
        try {
            return ViewMetadata.builder()
                    .assignUUID(UUID.randomUUID().toString())
                    .setLocation(location)
                    .setProperties(request.properties())
                    .setCurrentVersion(request.viewVersion(), request.schema())
                    .build();
        } catch (ValidationException | IllegalStateException e) {
            throw new BadRequestException(e, "Cannot create %s: %s", name, e.getMessage());
        }
    }

    /// @throws NoSuchViewException if there is none
    public LoadedView load(Warehouse warehouse, TableIdentifier name) {
        Relation row = relations.require(warehouse, name);
        LoadedView view = files.read(row.metadataLocation());
        return new LoadedView(view.metadataLocation(), view.metadata(), row.labels());
    }

    /// A view as the metadata file at `metadataLocation` tells it.
    public LoadedView version(String metadataLocation) {
        return files.read(metadataLocation);
    }

    public boolean exists(Warehouse warehouse, TableIdentifier name) {
        return relations.find(warehouse, name).isPresent();
    }

    public LoadedView replace(
            Warehouse warehouse, TableIdentifier name, UpdateTableRequest request) {
        checkLocations(warehouse, name, request);
        for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
            Relation row = relations.require(warehouse, name);
            LoadedView base = files.read(row.metadataLocation());
            ViewMetadata next = apply(name, base.metadata(), request);
            if (next.changes().isEmpty()) {
                return base;
            }
            LoadedView written = files.write(base.metadataLocation(), next);
            boolean swapped =
                    swap(
                            warehouse,
                            name,
                            written,
                            tx -> {
                                if (!row.swap(tx, written.metadataLocation())) {
                                    return false;
                                }
                                if (!next.location().equals(base.metadata().location())) {
                                    row.describe(tx, next.uuid(), next.location());
                                }
                                relations.record(tx, "commit", warehouse, name, details(written));
                                return true;
                            });
            if (swapped) {
                return written;
            }
        }
        throw new CommitFailedException("Cannot commit to %s: lost %s races", name, ATTEMPTS_MAX);
    }

    private void checkLocations(
            Warehouse warehouse, TableIdentifier name, UpdateTableRequest request) {
        for (var update : request.updates()) {
            if (update instanceof SetLocation set) {
                locations.require(warehouse, "Location of " + name, set.location());
            } else if (update instanceof SetProperties set) {
                locations.requireProperties(warehouse, set.updated());
            }
        }
    }

    private static ViewMetadata apply(
            TableIdentifier name, ViewMetadata base, UpdateTableRequest request) {
        try {
            request.requirements().forEach(requirement -> requirement.validate(base));
            ViewMetadata.Builder builder = ViewMetadata.buildFrom(base);
            request.updates().forEach(update -> update.applyTo(builder));
            return builder.build();
        } catch (ValidationException
                | IllegalArgumentException
                | IllegalStateException
                | UnsupportedOperationException e) {
            throw new BadRequestException(e, "Cannot change %s: %s", name, e.getMessage());
        }
    }

    /// Runs the transaction that makes `written` current. Deletes the file only if that surely did
    /// not happen; if it cannot be told, the pointer decides.
    private boolean swap(
            Warehouse warehouse,
            TableIdentifier name,
            LoadedView written,
            Function<Transaction, Boolean> work) {
        try {
            boolean swapped =
                    Claim.attempt(
                                    database,
                                    tx -> work.apply(tx) ? Optional.of(written) : Optional.empty(),
                                    LoadedView::metadataLocation)
                            .isPresent();
            if (!swapped) {
                files.forget(written);
            }
            return swapped;
        } catch (OutcomeUnknownException e) {
            if (isCurrent(warehouse, name, written, e)) {
                return true;
            }
            throw new CommitStateUnknownException(e);
        } catch (RuntimeException e) {
            files.forget(written);
            throw e;
        }
    }

    private boolean isCurrent(
            Warehouse warehouse,
            TableIdentifier name,
            LoadedView written,
            OutcomeUnknownException unknown) {
        try {
            return relations
                    .find(warehouse, name)
                    .map(Relation::metadataLocation)
                    .filter(written.metadataLocation()::equals)
                    .isPresent();
        } catch (RuntimeException e) {
            unknown.addSuppressed(e);
            return false;
        }
    }

    public void drop(Warehouse warehouse, TableIdentifier name) {
        drops.drop(warehouse, Kind.VIEW, name, false);
    }

    public void rename(Warehouse warehouse, TableIdentifier from, TableIdentifier to) {
        relations.rename(warehouse, from, to);
    }

    public LoadedView register(
            Warehouse warehouse, Namespace namespace, RegisterViewRequest request) {
        TableIdentifier name = TableIdentifier.of(namespace, request.name());
        Names.check(name);
        String location =
                locations.require(warehouse, "Metadata location", request.metadataLocation());
        relations.requireFree(warehouse, name);
        LoadedView view = files.read(location);
        locations.require(warehouse, "Location of " + name, view.metadata().location());
        try {
            Claim.write(
                    database,
                    tx -> {
                        drops.requireNotPurging(tx, name, view.metadata().uuid());
                        insert(tx, warehouse, name, view);
                        relations.record(tx, "register", warehouse, name, details(view));
                        return view;
                    },
                    LoadedView::metadataLocation);
        } catch (OutcomeUnknownException e) {
            if (!isCurrent(warehouse, name, view, e)) {
                throw new CommitStateUnknownException(e);
            }
        }
        return view;
    }

    private void insert(
            Transaction tx, Warehouse warehouse, TableIdentifier name, LoadedView view) {
        relations.insert(
                tx,
                warehouse,
                name,
                view.metadata().uuid(),
                view.metadataLocation(),
                view.metadata().location());
    }

    private static Map<String, String> details(LoadedView view) {
        return Map.of("uuid", view.metadata().uuid(), "metadata-location", view.metadataLocation());
    }
}
