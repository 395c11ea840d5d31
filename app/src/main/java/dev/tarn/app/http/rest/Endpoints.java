package dev.tarn.app.http.rest;

import dev.tarn.app.http.Handler;
import dev.tarn.app.http.HttpException;
import dev.tarn.app.http.Json;
import dev.tarn.app.http.Request;
import dev.tarn.app.http.Route;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.rest.Endpoint;
import org.apache.iceberg.rest.RESTMessage;

/// Collects operations of the specification: each becomes two routes, with and without the
/// `{prefix}`, and one advertised endpoint. So what is advertised is what works.
final class Endpoints {
    private static final String PREFIX = "/{prefix}";

    private final Idempotency idempotency;
    private final List<Route> routes = new ArrayList<>();
    private final List<Endpoint> advertised = new ArrayList<>();

    private final boolean embedded;

    /// @param embedded whether the database is part of this process
    Endpoints(Idempotency idempotency, boolean embedded) {
        this.idempotency = idempotency;
        this.embedded = embedded;
    }

    /// An operation that changes the catalog, once for each `Idempotency-Key`.
    void addChange(String method, String path, Handler handler, Idempotency.Replay replay) {
        add(method, path, idempotency.guard(handler, replay));
    }

    /// An operation that answers without waiting, if the database does; see [Route#quick].
    void addQuick(String method, String path, Handler handler) {
        add(method, path, handler, embedded);
    }

    /// @param path of the specification, such as `/v1/{prefix}/namespaces`
    void add(String method, String path, Handler handler) {
        add(method, path, handler, false);
    }

    private void add(String method, String path, Handler handler, boolean quick) {
        if (!path.contains(PREFIX)) {
            throw new IllegalArgumentException("Path has no prefix: " + path);
        }
        routes.add(new Route(method, path, handler, quick));
        routes.add(new Route(method, path.replace(PREFIX, ""), handler, quick));
        advertised.add(Endpoint.create(method, path));
    }

    List<Route> routes() {
        return List.copyOf(routes);
    }

    List<Endpoint> advertised() {
        return List.copyOf(advertised);
    }

    /// Reads and checks a body.
    static <T extends RESTMessage> T body(Request request, Class<T> type) {
        byte[] json = request.body();
        requireObject(json, type);
        T body = Json.read(json, type);
        body.validate();
        return body;
    }

    /// Iceberg's builders of responses ask whether there is a null in what they get, and immutable
    /// lists and sorted maps throw at the question.
    static <T> List<T> searchable(List<T> items) {
        return new ArrayList<>(items);
    }

    static Map<String, String> searchable(Map<String, String> properties) {
        return new LinkedHashMap<>(properties);
    }

    /// Some of Iceberg's parsers find no fields in a list and take it for an empty request.
    private static void requireObject(byte[] json, Class<?> type) {
        int start = 0;
        while (start < json.length && Character.isWhitespace(json[start])) {
            start++;
        }
        if (start < json.length && json[start] != '{') {
            throw HttpException.badRequest(
                    "Body is not an object, expected " + type.getSimpleName());
        }
    }
}
