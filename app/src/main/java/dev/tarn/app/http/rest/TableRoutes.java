package dev.tarn.app.http.rest;

import dev.tarn.app.http.HttpException;
import dev.tarn.app.http.Request;
import dev.tarn.app.http.Response;
import dev.tarn.catalog.Page;
import dev.tarn.catalog.table.LoadedTable;
import dev.tarn.catalog.table.Tables;
import dev.tarn.catalog.warehouse.Warehouse;
import java.util.List;
import java.util.Objects;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.rest.ResourcePaths;
import org.apache.iceberg.rest.credentials.ImmutableCredential;
import org.apache.iceberg.rest.requests.CommitTransactionRequest;
import org.apache.iceberg.rest.requests.CreateTableRequest;
import org.apache.iceberg.rest.requests.RegisterTableRequest;
import org.apache.iceberg.rest.requests.RenameTableRequest;
import org.apache.iceberg.rest.requests.ReportMetricsRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.apache.iceberg.rest.responses.ListTablesResponse;
import org.apache.iceberg.rest.responses.LoadTableResponse;

/// Tables, and commits to several of them at once.
final class TableRoutes {
    private static final String DELEGATION = "X-Iceberg-Access-Delegation";
    private static final String VENDED_CREDENTIALS = "vended-credentials";

    private final Tables tables;
    private final Names names;
    private final ClientStorage storage;
    private final CommitCounter commits;

    TableRoutes(Tables tables, Names names, ClientStorage storage, CommitCounter commits) {
        this.tables = tables;
        this.names = names;
        this.storage = storage;
        this.commits = commits;
    }

    void addTo(Endpoints endpoints) {
        endpoints.add("GET", ResourcePaths.V1_TABLES, this::list);
        endpoints.add("POST", ResourcePaths.V1_TABLES, this::create);
        endpoints.add("GET", ResourcePaths.V1_TABLE, this::load);
        endpoints.add("HEAD", ResourcePaths.V1_TABLE, this::exists);
        endpoints.add("POST", ResourcePaths.V1_TABLE, this::commit);
        endpoints.add("DELETE", ResourcePaths.V1_TABLE, this::drop);
        endpoints.add("POST", ResourcePaths.V1_TABLE_RENAME, this::rename);
        endpoints.add("POST", ResourcePaths.V1_TABLE_REGISTER, this::register);
        endpoints.add("POST", ResourcePaths.V1_TABLE_METRICS, this::reportMetrics);
        endpoints.add("POST", ResourcePaths.V1_TRANSACTIONS_COMMIT, this::commitTransaction);
    }

    private Response list(Request request) {
        Warehouse warehouse = names.warehouse(request);
        Page<TableIdentifier> page =
                tables.list(warehouse, names.namespace(warehouse, request), Names.page(request));
        return Response.json(
                ListTablesResponse.builder()
                        .addAll(Endpoints.searchable(page.items()))
                        .nextPageToken(page.nextToken())
                        .build());
    }

    private Response create(Request request) {
        Warehouse warehouse = names.warehouse(request);
        Namespace namespace = names.namespace(warehouse, request);
        CreateTableRequest create = Endpoints.body(request, CreateTableRequest.class);
        LoadedTable created = tables.create(warehouse, namespace, create);
        return withStorage(request, warehouse, created);
    }

    private Response load(Request request) {
        Warehouse warehouse = names.warehouse(request);
        String snapshots = request.query("snapshots").orElse("all");
        LoadedTable loaded = tables.load(warehouse, names.table(warehouse, request));
        return switch (snapshots) {
            case "all" -> withStorage(request, warehouse, loaded);
            case "refs" -> withStorage(request, warehouse, withoutHistory(loaded));
            default ->
                    throw HttpException.badRequest(
                            "Parameter snapshots must be all or refs, found: " + snapshots);
        };
    }

    private Response exists(Request request) {
        Warehouse warehouse = names.warehouse(request);
        TableIdentifier name = names.table(warehouse, request);
        if (!tables.exists(warehouse, name)) {
            throw new NoSuchTableException("Table does not exist: %s", name);
        }
        return Response.noContent();
    }

    private Response commit(Request request) {
        Warehouse warehouse = names.warehouse(request);
        UpdateTableRequest update = Endpoints.body(request, UpdateTableRequest.class);
        TableIdentifier name = names.table(warehouse, request);
        if (update.identifier() != null && !update.identifier().equals(name)) {
            throw HttpException.badRequest(
                    "Identifier of the body must be that of the path, expected %s, found %s"
                            .formatted(name, update.identifier()));
        }
        LoadedTable committed =
                commits.count("table", () -> tables.commit(warehouse, name, update));
        return Response.json(answer(committed).build());
    }

    private Response commitTransaction(Request request) {
        Warehouse warehouse = names.warehouse(request);
        List<UpdateTableRequest> changes =
                Endpoints.body(request, CommitTransactionRequest.class).tableChanges();
        commits.count("transaction", () -> tables.commitAll(warehouse, changes));
        return Response.noContent();
    }

    private Response drop(Request request) {
        Warehouse warehouse = names.warehouse(request);
        boolean purge = request.queryFlag("purgeRequested").orElse(false);
        tables.drop(warehouse, names.table(warehouse, request), purge);
        return Response.noContent();
    }

    private Response rename(Request request) {
        Warehouse warehouse = names.warehouse(request);
        RenameTableRequest rename = Endpoints.body(request, RenameTableRequest.class);
        tables.rename(warehouse, rename.source(), rename.destination());
        return Response.noContent();
    }

    private Response register(Request request) {
        Warehouse warehouse = names.warehouse(request);
        Namespace namespace = names.namespace(warehouse, request);
        RegisterTableRequest register = Endpoints.body(request, RegisterTableRequest.class);
        return withStorage(request, warehouse, tables.register(warehouse, namespace, register));
    }

    private Response reportMetrics(Request request) {
        Warehouse warehouse = names.warehouse(request);
        ReportMetricsRequest report = Endpoints.body(request, ReportMetricsRequest.class);
        tables.reportMetrics(warehouse, names.table(warehouse, request), report);
        return Response.noContent();
    }

    private static LoadTableResponse.Builder answer(LoadedTable loaded) {
        TableMetadata metadata = loaded.metadata();
        if (!Objects.equals(metadata.metadataFileLocation(), loaded.metadataLocation())) {
            metadata =
                    TableMetadata.buildFrom(metadata)
                            .discardChanges()
                            .withMetadataLocation(loaded.metadataLocation())
                            .build();
        }
        return LoadTableResponse.builder().withTableMetadata(metadata);
    }

    private static LoadedTable withoutHistory(LoadedTable loaded) {
        return new LoadedTable(
                loaded.metadataLocation(),
                TableMetadata.buildFrom(loaded.metadata())
                        .withMetadataLocation(loaded.metadataLocation())
                        .suppressHistoricalSnapshots()
                        .build());
    }

    /// Adds what the client needs to reach the bytes. Keys go both into `config` and into
    /// `storage-credentials`, because clients differ in which one they read; only clients that ask
    /// get them, because others would mix them with their own.
    private Response withStorage(Request request, Warehouse warehouse, LoadedTable loaded) {
        LoadTableResponse.Builder answer = answer(loaded);
        if (asksForCredentials(request) && !storage.vended().isEmpty()) {
            answer.addAllConfig(storage.whole());
            answer.addCredential(
                    ImmutableCredential.builder()
                            .prefix(warehouse.root().toString())
                            .config(storage.whole())
                            .build());
        } else {
            answer.addAllConfig(storage.always());
        }
        return Response.json(answer.build()).withHeader("Cache-Control", "private");
    }

    private static boolean asksForCredentials(Request request) {
        String delegation = request.header(DELEGATION).orElse("");
        return List.of(delegation.split(",", -1)).stream()
                .map(String::strip)
                .anyMatch(VENDED_CREDENTIALS::equals);
    }
}
