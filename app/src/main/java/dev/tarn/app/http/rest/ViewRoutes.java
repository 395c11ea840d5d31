package dev.tarn.app.http.rest;

import dev.tarn.app.http.Request;
import dev.tarn.app.http.Response;
import dev.tarn.catalog.PageRequest;
import dev.tarn.catalog.label.RelationLabels;
import dev.tarn.catalog.relation.Kind;
import dev.tarn.catalog.view.LoadedView;
import dev.tarn.catalog.view.Views;
import dev.tarn.catalog.warehouse.Warehouse;
import java.util.function.BiFunction;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchViewException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.rest.ResourcePaths;
import org.apache.iceberg.rest.requests.CreateViewRequest;
import org.apache.iceberg.rest.requests.RegisterViewRequest;
import org.apache.iceberg.rest.requests.RenameTableRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.apache.iceberg.rest.responses.ImmutableLoadViewResponse;

/// Views.
final class ViewRoutes {
    private final Views views;
    private final Names names;
    private final CommitCounter commits;
    private final ListAnswers lists;

    ViewRoutes(Views views, Names names, CommitCounter commits, ListAnswers lists) {
        this.views = views;
        this.names = names;
        this.commits = commits;
        this.lists = lists;
    }

    void addTo(Endpoints endpoints) {
        endpoints.addQuick("GET", ResourcePaths.V1_VIEWS, this::list);
        endpoints.addChange(
                "POST",
                ResourcePaths.V1_VIEWS,
                this::create,
                again((warehouse, request) -> {
                    var create = Endpoints.body(request, CreateViewRequest.class);
                    return TableIdentifier.of(names.namespace(warehouse, request), create.name());
                }));
        endpoints.add("GET", ResourcePaths.V1_VIEW, this::load);
        endpoints.addQuick("HEAD", ResourcePaths.V1_VIEW, this::exists);
        endpoints.addChange("POST", ResourcePaths.V1_VIEW, this::replace, again(names::view));
        endpoints.addChange("DELETE", ResourcePaths.V1_VIEW, this::drop, Idempotency::noContent);
        endpoints.addChange(
                "POST", ResourcePaths.V1_VIEW_RENAME, this::rename, Idempotency::noContent);
        endpoints.addChange(
                "POST",
                ResourcePaths.V1_VIEW_REGISTER,
                this::register,
                again((warehouse, request) -> {
                    var register = Endpoints.body(request, RegisterViewRequest.class);
                    return TableIdentifier.of(names.namespace(warehouse, request), register.name());
                }));
    }

    private Response list(Request request) {
        Warehouse warehouse = names.warehouse(request);
        Namespace namespace = names.namespace(warehouse, request);
        PageRequest page = Names.page(request);
        return lists.answer(
                request,
                Kind.VIEW,
                page,
                views.listing(warehouse, namespace),
                () -> {
                    request.mayWait();
                    return views.list(warehouse, namespace, page);
                });
    }

    private Response create(Request request) {
        Warehouse warehouse = names.warehouse(request);
        Namespace namespace = names.namespace(warehouse, request);
        return answer(
                views.create(
                        warehouse, namespace, Endpoints.body(request, CreateViewRequest.class)));
    }

    private Response load(Request request) {
        Warehouse warehouse = names.warehouse(request);
        ReferencedBy.parse(request);
        return answer(views.load(warehouse, names.view(warehouse, request)));
    }

    private Response exists(Request request) {
        Warehouse warehouse = names.warehouse(request);
        TableIdentifier name = names.view(warehouse, request);
        if (!views.exists(warehouse, name)) {
            throw new NoSuchViewException("View does not exist: %s", name);
        }
        return Response.noContent();
    }

    private Response replace(Request request) {
        Warehouse warehouse = names.warehouse(request);
        UpdateTableRequest update = Endpoints.body(request, UpdateTableRequest.class);
        TableIdentifier name = names.view(warehouse, request);
        return answer(commits.count("view", () -> views.replace(warehouse, name, update)));
    }

    private Response drop(Request request) {
        Warehouse warehouse = names.warehouse(request);
        views.drop(warehouse, names.view(warehouse, request));
        return Response.noContent();
    }

    private Response rename(Request request) {
        Warehouse warehouse = names.warehouse(request);
        RenameTableRequest rename = Endpoints.body(request, RenameTableRequest.class);
        views.rename(warehouse, rename.source(), rename.destination());
        return Response.noContent();
    }

    private Response register(Request request) {
        Warehouse warehouse = names.warehouse(request);
        Namespace namespace = names.namespace(warehouse, request);
        return answer(
                views.register(
                        warehouse, namespace, Endpoints.body(request, RegisterViewRequest.class)));
    }

    /// Answers again with the view as the change left it, or as it is now if that file is gone.
    private Idempotency.Replay again(BiFunction<Warehouse, Request, TableIdentifier> name) {
        return (request, said) -> {
            try {
                return answer(views.version(said));
            } catch (NotFoundException e) {
                Warehouse warehouse = names.warehouse(request);
                return answer(views.load(warehouse, name.apply(warehouse, request)));
            }
        };
    }

    private static Response answer(LoadedView view) {
        return Response.json(
                ImmutableLoadViewResponse.builder()
                        .metadataLocation(view.metadataLocation())
                        .metadata(view.metadata())
                        .labels(RelationLabels.parse(view.labels()))
                        .build());
    }
}
