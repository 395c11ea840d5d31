package org.apache.iceberg.rest;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tarn.catalog.StoreFileIO;
import dev.tarn.storage.local.LocalStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.rest.HTTPRequest.HTTPMethod;
import org.apache.iceberg.rest.responses.ErrorResponse;
import org.apache.iceberg.rest.responses.LoadTableResponse;

/// Iceberg's own REST catalog, the one its clients are tested with, over HTTP and on files. It is
/// in Iceberg's package since its parts are not public.
///
/// Its commits can be made to fail, before they take effect or after.
public final class ReferenceCatalog implements AutoCloseable {
    /// What happens to a commit.
    public enum Fault {
        REFUSED,
        LOST
    }

    private final JdbcCatalog catalog;
    private final Adapter adapter;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicReference<Runnable> before = new AtomicReference<>(() -> {});
    private final AtomicInteger loads = new AtomicInteger();
    private volatile long keysMillis;
    private Fault fault = Fault.REFUSED;
    private int left = Integer.MAX_VALUE;
    private boolean broke;

    public ReferenceCatalog(Path folder) throws IOException {
        Files.createDirectories(folder);
        catalog = new JdbcCatalog(properties -> new StoreFileIO(new LocalStore(false)), null, true);
        catalog.initialize(
                "reference",
                Map.of(
                        "uri",
                        "jdbc:sqlite:" + folder.resolve("reference.db"),
                        "jdbc.schema-version",
                        "V1",
                        "warehouse",
                        folder.resolve("warehouse").toUri().toString()));
        adapter = new Adapter(catalog);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::serve);
        server.start();
    }

    private static final class Adapter extends RESTCatalogAdapter {
        Adapter(JdbcCatalog catalog) {
            super(catalog);
        }

        Object answer(HTTPRequest request, AtomicReference<ErrorResponse> error) {
            Route route = Route.from(request.method(), request.path()).first();
            Class<? extends RESTResponse> type = route.responseClass();
            return execute(
                    request,
                    type,
                    response -> {
                        error.set(response);
                        throw new Refused();
                    },
                    headers -> {});
        }
    }

    private static final class Refused extends RuntimeException {}

    public String uri() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    public Table table(String name) {
        return catalog.loadTable(TableIdentifier.parse(name));
    }

    /// The n-th commit to a table from now on fails.
    public synchronized void fail(int n, Fault how) {
        left = n;
        fault = how;
        broke = false;
    }

    public synchronized boolean broke() {
        return broke;
    }

    /// Tables are loaded with keys that end so long after.
    public void giveKeysFor(long millis) {
        keysMillis = millis;
    }

    /// How often a table was loaded.
    public int loads() {
        return loads.get();
    }

    /// Is called before each commit to a table.
    public void beforeCommits(Runnable what) {
        before.set(what);
    }

    private synchronized boolean failsNow() {
        boolean now = --left == 0;
        broke |= now;
        return now;
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            HTTPMethod method = HTTPMethod.valueOf(exchange.getRequestMethod());
            String path = exchange.getRequestURI().getPath().substring(1);
            byte[] body = exchange.getRequestBody().readAllBytes();
            var route = Route.from(method, path);
            boolean commit = route != null && route.first() == Route.UPDATE_TABLE;
            boolean fails = false;
            if (commit) {
                before.get().run();
                fails = failsNow();
            }
            if (fails && fault == Fault.REFUSED) {
                exchange.sendResponseHeaders(500, -1);
                return;
            }
            var error = new AtomicReference<ErrorResponse>();
            Object answer = null;
            try {
                answer = adapter.answer(request(method, path, exchange, body, route), error);
            } catch (Refused e) {
                answer = error.get();
            }
            if (fails) {
                return; // closed without a word
            }
            if (answer instanceof LoadTableResponse loaded) {
                answer = withKeys(loaded);
            }
            send(exchange, error.get(), answer);
        }
    }

    private LoadTableResponse withKeys(LoadTableResponse loaded) {
        loads.incrementAndGet();
        if (keysMillis == 0) {
            return loaded;
        }
        String end = Long.toString(System.currentTimeMillis() + keysMillis);
        return LoadTableResponse.builder()
                .withTableMetadata(loaded.tableMetadata())
                .addAllConfig(loaded.config())
                .addConfig("s3.session-token-expires-at-ms", end)
                .build();
    }

    private HTTPRequest request(
            HTTPMethod method,
            String path,
            HttpExchange exchange,
            byte[] body,
            org.apache.iceberg.util.Pair<Route, Map<String, String>> route)
            throws IOException {
        Map<String, String> query = new HashMap<>();
        String text = exchange.getRequestURI().getRawQuery();
        for (String pair : text == null ? new String[0] : text.split("&")) {
            int equals = pair.indexOf('=');
            query.put(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
        }
        Class<?> type = route == null ? null : route.first().requestClass();
        Object content =
                type == null || body.length == 0
                        ? null
                        : RESTObjectMapper.mapper().readValue(body, type);
        return ImmutableHTTPRequest.builder()
                .baseUri(URI.create(uri()))
                .method(method)
                .path(path)
                .queryParameters(query)
                .body(content)
                .build();
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static void send(HttpExchange exchange, ErrorResponse error, Object answer)
            throws IOException {
        int status = error != null ? error.code() : answer == null ? 204 : 200;
        if (answer == null || exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        byte[] bytes = RESTObjectMapper.mapper().writeValueAsBytes(answer);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
        catalog.close();
    }
}
