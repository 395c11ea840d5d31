package dev.tarn.app.http.rest;

import dev.tarn.app.http.HttpException;
import dev.tarn.app.http.Request;
import dev.tarn.app.http.Response;
import dev.tarn.catalog.PageRequest;
import dev.tarn.catalog.relation.Kind;
import dev.tarn.catalog.relation.Relation;
import dev.tarn.catalog.table.LoadedTable;
import dev.tarn.catalog.table.Tables;
import dev.tarn.catalog.warehouse.Warehouse;
import java.util.List;
import java.util.function.Supplier;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.rest.ResourcePaths;
import org.apache.iceberg.rest.requests.CommitTransactionRequest;
import org.apache.iceberg.rest.requests.CreateTableRequest;
import org.apache.iceberg.rest.requests.RegisterTableRequest;
import org.apache.iceberg.rest.requests.RenameTableRequest;
import org.apache.iceberg.rest.requests.ReportMetricsRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.jspecify.annotations.Nullable;

/// Tables, and commits to several of them at once.
final class TableRoutes {
    /// Not among the client's paths yet.
    private static final String V1_UNREGISTER = ResourcePaths.V1_TABLE + "/unregister";

    private final Tables tables;
    private final Names names;
    private final TableAnswers answers;
    private final TableAccess access;
    private final CommitCounter commits;
    private final ListAnswers lists;

    TableRoutes(
            Tables tables,
            Names names,
            TableAnswers answers,
            TableAccess access,
            CommitCounter commits,
            ListAnswers lists) {
        this.tables = tables;
        this.names = names;
        this.answers = answers;
        this.access = access;
        this.commits = commits;
        this.lists = lists;
    }

    void addTo(Endpoints endpoints) {
        endpoints.addQuick("GET", ResourcePaths.V1_TABLES, this::list);
        endpoints.addChange("POST", ResourcePaths.V1_TABLES, this::create, this::createdBefore);
        endpoints.addQuick("GET", ResourcePaths.V1_TABLE, this::load);
        endpoints.addQuick("HEAD", ResourcePaths.V1_TABLE, this::exists);
        endpoints.addChange("POST", ResourcePaths.V1_TABLE, this::commit, this::committedBefore);
        endpoints.addChange("DELETE", ResourcePaths.V1_TABLE, this::drop, Idempotency::noContent);
        endpoints.addChange("POST", V1_UNREGISTER, this::unregister, this::unregisteredBefore);
        endpoints.addChange(
                "POST", ResourcePaths.V1_TABLE_RENAME, this::rename, Idempotency::noContent);
        endpoints.addChange(
                "POST", ResourcePaths.V1_TABLE_REGISTER, this::register, this::registeredBefore);
        endpoints.add("POST", ResourcePaths.V1_TABLE_METRICS, this::reportMetrics);
        endpoints.addChange(
                "POST",
                ResourcePaths.V1_TRANSACTIONS_COMMIT,
                this::commitTransaction,
                Idempotency::noContent);
    }

    private Response list(Request request) {
        Warehouse warehouse = names.warehouse(request);
        Namespace namespace = names.namespace(warehouse, request);
        PageRequest page = Names.page(request);
        return lists.answer(
                request,
                Kind.TABLE,
                page,
                tables.listing(warehouse, namespace),
                () -> {
                    request.mayWait();
                    return tables.list(warehouse, namespace, page);
                });
    }

    private Response create(Request request) {
        Warehouse warehouse = names.warehouse(request);
        Namespace namespace = names.namespace(warehouse, request);
        CreateTableRequest create = Endpoints.body(request, CreateTableRequest.class);
        LoadedTable created = tables.create(warehouse, namespace, create);
        return changed(request, warehouse, TableIdentifier.of(namespace, create.name()), created);
    }

    private Response createdBefore(Request request, String said) {
        Warehouse warehouse = names.warehouse(request);
        Namespace namespace = names.namespace(warehouse, request);
        var create = Endpoints.body(request, CreateTableRequest.class);
        var name = TableIdentifier.of(namespace, create.name());
        return changed(request, warehouse, name, before(said, () -> tables.load(warehouse, name)));
    }

    /// A table as an earlier request left it, or as it is now if that file is gone.
    private LoadedTable before(String metadataLocation, Supplier<LoadedTable> now) {
        try {
            return tables.version(metadataLocation);
        } catch (NotFoundException e) {
            return now.get();
        }
    }

    /// Costs one SELECT and the bytes of an earlier answer; nothing more if the client has them.
    private Response load(Request request) {
        Warehouse warehouse = names.warehouse(request);
        boolean refs = asksForRefsOnly(request);
        ReferencedBy.parse(request);
        TableIdentifier name = names.table(warehouse, request);
        Relation pointer = tables.pointer(warehouse, name);
        String location = pointer.metadataLocation();
        Supplier<LoadedTable> version =
                () -> {
                    request.mayWait();
                    return tables.version(location);
                };
        var form =
                new TableAnswers.Form(
                        warehouse,
                        access.of(warehouse, name, Delegation.asked(request), location, version),
                        refs,
                        pointer.labels());
        if (!answers.holds(location, form)) {
            // Somebody else may be making it, and to get it from them is to wait.
            request.mayWait();
        }
        if (request.has(answers.etag(location, form))) {
            if (!answers.holds(location, form)) {
                // Not to say that a table is unchanged when it can no longer be read.
                tables.version(location);
            }
            return told(Response.empty(304), location, form);
        }
        TableAnswers.Encoded body = answers.load(location, form, request.acceptsGzip(), version);
        return told(response(body), location, form);
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
        return committed(request, warehouse, committed);
    }

    private Response committedBefore(Request request, String said) {
        Warehouse warehouse = names.warehouse(request);
        return committed(
                request,
                warehouse,
                before(said, () -> tables.load(warehouse, names.table(warehouse, request))));
    }

    private Response committed(Request request, Warehouse warehouse, LoadedTable committed) {
        return told(
                response(TableAnswers.answer(committed, request.acceptsGzip())),
                committed.metadataLocation(),
                new TableAnswers.Form(warehouse, access.withoutHelp(), false));
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
        LoadedTable registered = tables.register(warehouse, namespace, register);
        return changed(
                request, warehouse, TableIdentifier.of(namespace, register.name()), registered);
    }

    private Response registeredBefore(Request request, String said) {
        Warehouse warehouse = names.warehouse(request);
        Namespace namespace = names.namespace(warehouse, request);
        var register = Endpoints.body(request, RegisterTableRequest.class);
        var name = TableIdentifier.of(namespace, register.name());
        return changed(request, warehouse, name, before(said, () -> tables.load(warehouse, name)));
    }

    private Response unregister(Request request) {
        Warehouse warehouse = names.warehouse(request);
        LoadedTable last = tables.unregister(warehouse, names.table(warehouse, request));
        return unregistered(request, last);
    }

    private Response unregisteredBefore(Request request, String said) {
        return unregistered(request, tables.version(said));
    }

    private static Response unregistered(Request request, LoadedTable last) {
        return response(TableAnswers.answer(last, request.acceptsGzip()));
    }

    private Response reportMetrics(Request request) {
        Warehouse warehouse = names.warehouse(request);
        ReportMetricsRequest report = Endpoints.body(request, ReportMetricsRequest.class);
        tables.reportMetrics(warehouse, names.table(warehouse, request), report);
        return Response.noContent();
    }

    /// Answers with the table as it is after a change.
    private Response changed(
            Request request, Warehouse warehouse, TableIdentifier name, LoadedTable loaded) {
        var form =
                new TableAnswers.Form(
                        warehouse,
                        access.of(warehouse, name, Delegation.asked(request), loaded),
                        false);
        TableAnswers.Encoded body = answers.answer(loaded, form, request.acceptsGzip());
        return told(response(body), loaded.metadataLocation(), form);
    }

    private static Response response(TableAnswers.Encoded body) {
        Response response = Response.of(200, "application/json", body.bytes());
        return body.gzip() ? response.withHeader("Content-Encoding", "gzip") : response;
    }

    private Response told(Response response, @Nullable String location, TableAnswers.Form form) {
        Response told =
                response.withHeader("Cache-Control", "private")
                        .withHeader("Vary", "Accept-Encoding, " + Delegation.HEADER);
        return location == null ? told : told.withEtag(answers.etag(location, form));
    }

    private static boolean asksForRefsOnly(Request request) {
        String snapshots = request.query("snapshots").orElse("all");
        return switch (snapshots) {
            case "all" -> false;
            case "refs" -> true;
            default ->
                    throw HttpException.badRequest(
                            "Parameter snapshots must be all or refs, found: " + snapshots);
        };
    }
}
