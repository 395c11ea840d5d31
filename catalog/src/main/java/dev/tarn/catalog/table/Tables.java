package dev.tarn.catalog.table;

import dev.tarn.catalog.Locations;
import dev.tarn.catalog.MetadataObjects;
import dev.tarn.catalog.Names;
import dev.tarn.catalog.Page;
import dev.tarn.catalog.PageRequest;
import dev.tarn.catalog.drop.Drops;
import dev.tarn.catalog.event.Events;
import dev.tarn.catalog.idempotency.Claim;
import dev.tarn.catalog.relation.Kind;
import dev.tarn.catalog.relation.Relation;
import dev.tarn.catalog.relation.Relations;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.storage.ObjectStore;
import dev.tarn.store.Database;
import java.time.InstantSource;
import java.util.List;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.rest.requests.CreateTableRequest;
import org.apache.iceberg.rest.requests.RegisterTableRequest;
import org.apache.iceberg.rest.requests.ReportMetricsRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;

/// The tables of a warehouse.
public final class Tables {
    private final ObjectStore store;
    private final Relations relations;
    private final MetadataFiles files;
    private final CommitTables commits;
    private final CreateTable creates;
    private final UnregisterTable unregisters;
    private final Drops drops;
    private final MetricsReports reports;
    private final TableFolders folders;

    public Tables(
            Database database,
            ObjectStore store,
            Locations locations,
            Events events,
            Drops drops,
            InstantSource clock,
            long metadataCacheBytes) {
        this.store = store;
        this.relations = new Relations(database, events, Kind.TABLE);
        this.files = new MetadataFiles(new MetadataObjects(store), metadataCacheBytes);
        this.commits = new CommitTables(database, relations, files, locations);
        this.creates = new CreateTable(database, relations, files, locations, drops, clock);
        this.drops = drops;
        this.unregisters = new UnregisterTable(database, relations, files);
        this.reports = new MetricsReports(database, clock);
        this.folders = new TableFolders(locations);
    }

    /// See [Relations#listing].
    public Relations.Listing listing(Warehouse warehouse, Namespace namespace) {
        return relations.listing(warehouse, namespace);
    }

    public Page<TableIdentifier> list(Warehouse warehouse, Namespace namespace, PageRequest page) {
        return relations.list(warehouse, namespace, page);
    }

    /// Creates a table, or only says what it would be if the request stages it: then nothing is
    /// written, and a commit with `assert-create` creates it.
    ///
    /// @throws AlreadyExistsException if a table or view has this name
    public LoadedTable create(
            Warehouse warehouse, Namespace namespace, CreateTableRequest request) {
        validate(request::validate);
        TableIdentifier name = TableIdentifier.of(namespace, request.name());
        return request.stageCreate()
                ? loaded(creates.stage(warehouse, name, request))
                : loaded(creates.create(warehouse, name, request));
    }

    /// One SELECT, and at most one read of a file.
    ///
    /// @throws NoSuchTableException if there is none
    public LoadedTable load(Warehouse warehouse, TableIdentifier name) {
        return version(locate(warehouse, name));
    }

    /// Where the metadata file of the table as it is now lies. One SELECT.
    ///
    /// @throws NoSuchTableException if there is none
    public String locate(Warehouse warehouse, TableIdentifier name) {
        return relations.require(warehouse, name).metadataLocation();
    }

    /// As [#locate], with what else stands in its row.
    public Relation pointer(Warehouse warehouse, TableIdentifier name) {
        return relations.require(warehouse, name);
    }

    /// A table as the metadata file at `metadataLocation`, from [#locate], tells it. At most one
    /// read of a file.
    public LoadedTable version(String metadataLocation) {
        return loaded(files.read(metadataLocation));
    }

    public boolean exists(Warehouse warehouse, TableIdentifier name) {
        return relations.find(warehouse, name).isPresent();
    }

    public LoadedTable commit(
            Warehouse warehouse, TableIdentifier name, UpdateTableRequest request) {
        var change = new TableChange(name, request.requirements(), request.updates());
        Claim claim = Claim.current();
        // Where the pointer stands in the transaction that moved it.
        var rows =
                claim.alongside(
                        CommitTables.NO_ROWS,
                        tx -> Relation.require(tx, warehouse, Kind.TABLE, name).metadataLocation());
        LoadedTable committed =
                loaded(commits.commit(warehouse, List.of(change), rows).firstEntry().getValue());
        claim.taken();
        return committed;
    }

    /// All changes take effect, or none. Several may go to the same table: each finds it as the one
    /// before left it.
    public void commitAll(Warehouse warehouse, List<UpdateTableRequest> changes) {
        Claim claim = Claim.current();
        commits.commit(
                warehouse,
                changes.stream().map(Tables::change).toList(),
                claim.alongside(CommitTables.NO_ROWS, tx -> ""));
        claim.taken();
    }

    private static TableChange change(UpdateTableRequest request) {
        if (request.identifier() == null) {
            throw new BadRequestException("Every change of a transaction must name its table");
        }
        return new TableChange(request.identifier(), request.requirements(), request.updates());
    }

    /// The name is free at once; the table can be restored until the retention of its warehouse has
    /// passed.
    ///
    /// @param purge whether the files go then: exactly those that the table's metadata names
    public void drop(Warehouse warehouse, TableIdentifier name, boolean purge) {
        drops.drop(warehouse, Kind.TABLE, name, purge);
    }

    public void rename(Warehouse warehouse, TableIdentifier from, TableIdentifier to) {
        relations.rename(warehouse, from, to);
    }

    public LoadedTable register(
            Warehouse warehouse, Namespace namespace, RegisterTableRequest request) {
        validate(request::validate);
        TableIdentifier name = TableIdentifier.of(namespace, request.name());
        Names.check(name);
        return loaded(creates.register(warehouse, name, request));
    }

    /// Takes the table out of the catalog and leaves its files, so that it can be registered
    /// elsewhere. Returns it as it was at that moment: no later commit can succeed.
    ///
    /// @throws NoSuchTableException if there is none
    public LoadedTable unregister(Warehouse warehouse, TableIdentifier name) {
        return unregisters.unregister(warehouse, name);
    }

    /// Keeps the report with the last ones of the table.
    public void reportMetrics(
            Warehouse warehouse, TableIdentifier name, ReportMetricsRequest request) {
        reports.add(warehouse, name, request);
    }

    public PendingCommit begin(Warehouse warehouse) {
        return new PendingCommit(this, commits, store, warehouse);
    }

    /// Which folders keys to a table open.
    public TableFolders folders() {
        return folders;
    }

    private LoadedTable loaded(TableVersion version) {
        return new LoadedTable(version, files);
    }

    private static void validate(Runnable validation) {
        try {
            validation.run();
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new BadRequestException(e, "%s", e.getMessage());
        }
    }
}
