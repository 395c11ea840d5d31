package dev.tarn.app.http.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tarn.app.http.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A server for the tests of a class, what they make on it first, and raw requests to it.
@SuppressWarnings("NullAway.Init") // before the tests
final class Served implements BeforeAllCallback, AfterAllCallback {
    static final String SCHEMA =
            """
            {"type":"struct","schema-id":0,"fields":[
              {"id":1,"name":"id","required":false,"type":"long"},
              {"id":2,"name":"grp","required":false,"type":"string"},
              {"id":3,"name":"at","required":false,"type":"timestamp"}]}\
            """;

    private static final AtomicLong snapshots = new AtomicLong(1_000);

    private final AtomicInteger names = new AtomicInteger();
    private TestServer server;
    private Wire wire;

    @Override
    public void beforeAll(ExtensionContext context) {
        server = new TestServer(TestStore.SQLITE);
        wire = new Wire(server.port());
    }

    @Override
    public void afterAll(ExtensionContext context) {
        wire.close();
        server.close();
    }

    Wire wire() {
        return wire;
    }

    /// A name nobody has used.
    String fresh() {
        return "n" + names.incrementAndGet();
    }

    String namespace() {
        String name = fresh();
        namespace(name);
        return name;
    }

    /// @param levels as they stand in JSON, without quotes
    void namespace(String... levels) {
        String json = "[\"" + String.join("\",\"", levels) + "\"]";
        ok(wire.post("/v1/namespaces", "{\"namespace\":" + json + "}"));
    }

    JsonNode table(String namespace, String name) {
        return ok(wire.post(
                        "/v1/namespaces/" + namespace + "/tables",
                        "{\"name\":\"%s\",\"schema\":%s}".formatted(name, SCHEMA)))
                .json();
    }

    static String path(String namespace, String table) {
        return "/v1/namespaces/" + namespace + "/tables/" + table;
    }

    JsonNode metadata(String namespace, String table) {
        return ok(wire.get(path(namespace, table))).json().path("metadata");
    }

    /// Commits updates without requirements.
    Wire.Answer commit(String namespace, String table, String... updates) {
        return wire.post(
                path(namespace, table),
                "{\"requirements\":[],\"updates\":[" + String.join(",", updates) + "]}");
    }

    /// Appends an empty snapshot to a branch; returns its id.
    long append(String namespace, String table, String branch) {
        JsonNode metadata = metadata(namespace, table);
        long id = snapshots.incrementAndGet();
        ok(
                commit(
                        namespace,
                        table,
                        addSnapshot(metadata, id),
                        """
                        {"action":"set-snapshot-ref","ref-name":"%s","type":"branch",
                         "snapshot-id":%d}\
                        """
                                .formatted(branch, id)));
        return id;
    }

    static String addSnapshot(JsonNode metadata, long id) {
        return """
        {"action":"add-snapshot","snapshot":{"snapshot-id":%d,"sequence-number":%d,
         "timestamp-ms":%d,"manifest-list":"%s/metadata/snap-%d.avro",
         "summary":{"operation":"append"},"schema-id":0}}\
        """
                .formatted(
                        id,
                        metadata.path("last-sequence-number").asLong() + 1,
                        System.currentTimeMillis(),
                        metadata.path("location").asText(),
                        id);
    }

    static Wire.Answer ok(Wire.Answer answer) {
        assertThat(answer.status()).as(answer.text()).isBetween(200, 204);
        return answer;
    }

    /// The status that answers a path with characters which no Java client would send.
    int rawStatus(String method, String path) {
        String request =
                "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
                        .formatted(method, path);
        return Integer.parseInt(raw(request).split(" ", 3)[1]);
    }

    /// What comes back for bytes that no client would send.
    String raw(String request) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
