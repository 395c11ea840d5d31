package dev.tarn.app.api;

import static dev.tarn.app.api.WarehousePaths.WAREHOUSE;

import dev.tarn.app.http.Request;
import dev.tarn.app.http.Response;
import dev.tarn.app.http.Route;
import dev.tarn.catalog.Catalog;
import dev.tarn.catalog.drop.Protections.Subject;
import dev.tarn.catalog.relation.Kind;
import dev.tarn.catalog.warehouse.Warehouse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Whether a warehouse, a namespace, a table or a view can be dropped.
public final class ProtectionRoutes {
    private static final String NAMESPACE = WAREHOUSE + "/namespaces/{namespace}";

    private final Catalog catalog;

    public ProtectionRoutes(Catalog catalog) {
        this.catalog = catalog;
    }

    public List<Route> routes() {
        List<Route> routes = new ArrayList<>();
        add(routes, WAREHOUSE, request -> new Subject.OfWarehouse());
        add(
                routes,
                NAMESPACE,
                request -> new Subject.OfNamespace(WarehousePaths.namespace(request)));
        add(
                routes,
                NAMESPACE + "/tables/{table}",
                request ->
                        new Subject.OfRelation(Kind.TABLE, WarehousePaths.name(request, "table")));
        add(
                routes,
                NAMESPACE + "/views/{view}",
                request -> new Subject.OfRelation(Kind.VIEW, WarehousePaths.name(request, "view")));
        return routes;
    }

    private void add(List<Route> routes, String template, Function<Request, Subject> subject) {
        String path = template + "/protection";
        routes.add(Route.get(path, request -> load(request, subject.apply(request))));
        routes.add(Route.put(path, request -> set(request, subject.apply(request), true)));
        routes.add(Route.delete(path, request -> set(request, subject.apply(request), false)));
    }

    private Response load(Request request, Subject subject) {
        Warehouse warehouse = WarehousePaths.warehouse(catalog, request);
        return Response.json(
                Map.of("protected", catalog.protections().isProtected(warehouse, subject)));
    }

    private Response set(Request request, Subject subject, boolean value) {
        catalog.protections().set(WarehousePaths.warehouse(catalog, request), subject, value);
        return Response.noContent();
    }
}
