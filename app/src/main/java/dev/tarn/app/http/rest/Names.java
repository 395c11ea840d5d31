package dev.tarn.app.http.rest;

import dev.tarn.app.http.HttpException;
import dev.tarn.app.http.Request;
import dev.tarn.app.http.UrlDecoder;
import dev.tarn.catalog.Catalog;
import dev.tarn.catalog.PageRequest;
import dev.tarn.catalog.warehouse.Warehouse;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Predicate;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;

/// Reads warehouses, namespaces and names out of a request.
///
/// The levels of a namespace are joined by 0x1F. A raw `+` in a path is a plus to RFC 3986, to Rust
/// and to Java from 1.12 on, but a space to Java up to 1.11: it is taken as a plus, unless only the
/// other reading exists.
final class Names {
    private static final char SEPARATOR = 0x1F;

    /// A client may ask for larger pages and gets these.
    private static final int PAGE_SIZE_MAX = 1_000;

    private final Catalog catalog;

    Names(Catalog catalog) {
        this.catalog = catalog;
    }

    /// The warehouse named by the `{prefix}`, else the default one.
    Warehouse warehouse(Request request) {
        return request.findPath("prefix")
                .map(catalog.warehouses()::require)
                .orElseGet(catalog.warehouses()::defaultWarehouse);
    }

    Namespace namespace(Warehouse warehouse, Request request) {
        String raw = request.rawSegment("namespace");
        Namespace namespace = split(UrlDecoder.segment(raw));
        if (raw.indexOf('+') < 0 || catalog.namespaces().exists(warehouse, namespace)) {
            return namespace;
        }
        Namespace spaced = split(UrlDecoder.form(raw));
        return catalog.namespaces().exists(warehouse, spaced) ? spaced : namespace;
    }

    TableIdentifier table(Warehouse warehouse, Request request) {
        return identifier(
                warehouse,
                request,
                "table",
                candidate -> catalog.tables().exists(warehouse, candidate));
    }

    TableIdentifier view(Warehouse warehouse, Request request) {
        return identifier(
                warehouse,
                request,
                "view",
                candidate -> catalog.views().exists(warehouse, candidate));
    }

    /// Where a table is found below the catalog's address, as a client of this warehouse says it.
    String path(Warehouse warehouse, TableIdentifier table) {
        boolean standard = warehouse.name().equals(catalog.warehouses().defaultWarehouse().name());
        return "v1/%snamespaces/%s/tables/%s"
                .formatted(
                        standard ? "" : encode(warehouse.name()) + "/",
                        encode(
                                String.join(
                                        String.valueOf(SEPARATOR),
                                        List.of(table.namespace().levels()))),
                        encode(table.name()));
    }

    static String encode(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /// The `parent` of a listing. PyIceberg encodes it twice, so what does not exist is decoded
    /// once more.
    Namespace parent(Warehouse warehouse, Request request) {
        String parent = request.query("parent").orElse("");
        if (parent.isEmpty()) {
            return Namespace.empty();
        }
        Namespace namespace = split(parent);
        if (parent.indexOf('%') < 0 || catalog.namespaces().exists(warehouse, namespace)) {
            return namespace;
        }
        try {
            Namespace decoded = split(UrlDecoder.segment(parent));
            return catalog.namespaces().exists(warehouse, decoded) ? decoded : namespace;
        } catch (HttpException notEncodedTwice) {
            return namespace;
        }
    }

    /// The page a client asks for. PyIceberg sends `pageSize` alone for the first one.
    static PageRequest page(Request request) {
        Integer size =
                request.queryNumber("pageSize", 1, Integer.MAX_VALUE)
                        .map(asked -> Math.min(asked, PAGE_SIZE_MAX))
                        .orElse(null);
        String token = request.query("pageToken").orElse(size == null ? null : "");
        return new PageRequest(token, size);
    }

    private TableIdentifier identifier(
            Warehouse warehouse,
            Request request,
            String variable,
            Predicate<TableIdentifier> exists) {
        Namespace namespace = namespace(warehouse, request);
        String raw = request.rawSegment(variable);
        TableIdentifier name = TableIdentifier.of(namespace, UrlDecoder.segment(raw));
        if (raw.indexOf('+') < 0 || exists.test(name)) {
            return name;
        }
        TableIdentifier spaced = TableIdentifier.of(namespace, UrlDecoder.form(raw));
        return exists.test(spaced) ? spaced : name;
    }

    private static Namespace split(String levels) {
        return Namespace.of(levels.split(String.valueOf(SEPARATOR), -1));
    }
}
