package dev.tarn.app.http.rest;

import dev.tarn.app.http.Request;
import dev.tarn.app.http.Response;
import dev.tarn.catalog.Page;
import dev.tarn.catalog.PropertiesJson;
import dev.tarn.catalog.namespace.Namespaces;
import dev.tarn.catalog.namespace.PropertiesChange;
import dev.tarn.catalog.warehouse.Warehouse;
import java.util.LinkedHashSet;
import java.util.Map;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.rest.ResourcePaths;
import org.apache.iceberg.rest.requests.CreateNamespaceRequest;
import org.apache.iceberg.rest.requests.UpdateNamespacePropertiesRequest;
import org.apache.iceberg.rest.responses.CreateNamespaceResponse;
import org.apache.iceberg.rest.responses.GetNamespaceResponse;
import org.apache.iceberg.rest.responses.ListNamespacesResponse;
import org.apache.iceberg.rest.responses.UpdateNamespacePropertiesResponse;

/// Namespaces and their properties.
final class NamespaceRoutes {
    private final Namespaces namespaces;
    private final Names names;

    NamespaceRoutes(Namespaces namespaces, Names names) {
        this.namespaces = namespaces;
        this.names = names;
    }

    void addTo(Endpoints endpoints) {
        endpoints.add("GET", ResourcePaths.V1_NAMESPACES, this::list);
        endpoints.addChange("POST", ResourcePaths.V1_NAMESPACES, this::create, this::createdBefore);
        endpoints.add("GET", ResourcePaths.V1_NAMESPACE, this::load);
        endpoints.add("HEAD", ResourcePaths.V1_NAMESPACE, this::exists);
        endpoints.addChange(
                "DELETE", ResourcePaths.V1_NAMESPACE, this::drop, Idempotency::noContent);
        endpoints.addChange(
                "POST",
                ResourcePaths.V1_NAMESPACE_PROPERTIES,
                this::updateProperties,
                (request, said) -> answer(PropertiesChange.of(said)));
    }

    private Response list(Request request) {
        Warehouse warehouse = names.warehouse(request);
        Page<Namespace> page =
                namespaces.list(warehouse, names.parent(warehouse, request), Names.page(request));
        return Response.json(
                ListNamespacesResponse.builder()
                        .addAll(Endpoints.searchable(page.items()))
                        .nextPageToken(page.nextToken())
                        .build());
    }

    private Response create(Request request) {
        Warehouse warehouse = names.warehouse(request);
        CreateNamespaceRequest create = Endpoints.body(request, CreateNamespaceRequest.class);
        Map<String, String> properties =
                namespaces.create(warehouse, create.namespace(), create.properties());
        return created(create.namespace(), properties);
    }

    private Response createdBefore(Request request, String said) {
        CreateNamespaceRequest create = Endpoints.body(request, CreateNamespaceRequest.class);
        return created(create.namespace(), PropertiesJson.read(said));
    }

    private static Response created(Namespace namespace, Map<String, String> properties) {
        return Response.json(
                CreateNamespaceResponse.builder()
                        .withNamespace(namespace)
                        .setProperties(Endpoints.searchable(properties))
                        .build());
    }

    private Response load(Request request) {
        Warehouse warehouse = names.warehouse(request);
        Namespace namespace = names.namespace(warehouse, request);
        return Response.json(
                GetNamespaceResponse.builder()
                        .withNamespace(namespace)
                        .setProperties(Endpoints.searchable(namespaces.load(warehouse, namespace)))
                        .build());
    }

    private Response exists(Request request) {
        Warehouse warehouse = names.warehouse(request);
        Namespace namespace = names.namespace(warehouse, request);
        if (!namespaces.exists(warehouse, namespace)) {
            throw new NoSuchNamespaceException("Namespace does not exist: %s", namespace);
        }
        return Response.noContent();
    }

    private Response drop(Request request) {
        Warehouse warehouse = names.warehouse(request);
        namespaces.drop(warehouse, names.namespace(warehouse, request));
        return Response.noContent();
    }

    private Response updateProperties(Request request) {
        Warehouse warehouse = names.warehouse(request);
        UpdateNamespacePropertiesRequest update =
                Endpoints.body(request, UpdateNamespacePropertiesRequest.class);
        PropertiesChange change =
                namespaces.update(
                        warehouse,
                        names.namespace(warehouse, request),
                        new LinkedHashSet<>(update.removals()),
                        update.updates());
        return answer(change);
    }

    private static Response answer(PropertiesChange change) {
        return Response.json(
                UpdateNamespacePropertiesResponse.builder()
                        .addUpdated(Endpoints.searchable(change.updated()))
                        .addRemoved(Endpoints.searchable(change.removed()))
                        .addMissing(Endpoints.searchable(change.missing()))
                        .build());
    }
}
