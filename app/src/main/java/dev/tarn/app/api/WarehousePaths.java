package dev.tarn.app.api;

import dev.tarn.app.http.Request;
import dev.tarn.catalog.Catalog;
import dev.tarn.catalog.PageRequest;
import dev.tarn.catalog.warehouse.Warehouse;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;

/// Reads what is named in paths below `/api/warehouses/{warehouse}`. The levels of a namespace are
/// joined by 0x1F, as in the Iceberg REST protocol.
final class WarehousePaths {
    static final String WAREHOUSE = "/api/warehouses/{warehouse}";

    private static final String SEPARATOR = "\u001F";
    private static final int PAGE_SIZE_MAX = 1_000;

    private WarehousePaths() {}

    static Warehouse warehouse(Catalog catalog, Request request) {
        return catalog.warehouses().require(request.path("warehouse"));
    }

    static Namespace namespace(String levels) {
        return Namespace.of(levels.split(SEPARATOR, -1));
    }

    static Namespace namespace(Request request) {
        return namespace(request.path("namespace"));
    }

    static TableIdentifier name(Request request, String variable) {
        return TableIdentifier.of(namespace(request), request.path(variable));
    }

    /// The page that is asked for; the first one if none is.
    static PageRequest page(Request request) {
        return new PageRequest(
                request.query("pageToken").orElse(""),
                request.queryNumber("pageSize", 1, PAGE_SIZE_MAX).orElse(null));
    }
}
