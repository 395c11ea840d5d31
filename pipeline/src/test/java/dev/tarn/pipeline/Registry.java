package dev.tarn.pipeline;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// What a schema registry answers to those who read, over HTTP. Only user `ann` with `secret` may.
final class Registry implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ALLOWED =
            "Basic "
                    + Base64.getEncoder()
                            .encodeToString("ann:secret".getBytes(StandardCharsets.UTF_8));

    final List<String> asked = new CopyOnWriteArrayList<>();
    private final Map<String, Map<String, Object>> answers = new ConcurrentHashMap<>();
    private final HttpServer server;

    Registry() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    String uri() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    void schema(int id, String schema) {
        answers.put("/schemas/ids/" + id, Map.of("schema", schema));
    }

    void protobuf(int id, String schema) {
        answers.put("/schemas/ids/" + id, Map.of("schemaType", "PROTOBUF", "schema", schema));
    }

    void answer(String path, Map<String, Object> body) {
        answers.put(path, body);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getRawPath();
        asked.add(path);
        boolean allowed = ALLOWED.equals(exchange.getRequestHeaders().getFirst("Authorization"));
        Map<String, Object> found = answers.get(path);
        int status = allowed ? found == null ? 404 : 200 : 401;
        byte[] body =
                JSON.writeValueAsBytes(
                        status == 200 ? found : Map.of("error_code", status, "message", "no"));
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
