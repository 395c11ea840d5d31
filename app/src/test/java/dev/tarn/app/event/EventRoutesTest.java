package dev.tarn.app.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tarn.app.http.rest.TestStore;
import dev.tarn.catalog.event.EventType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EventRoutesTest {
    @TempDir Path folder;

    private ApiServer server(TestStore store) {
        return new ApiServer(store.open(folder), folder, catalog -> List.of());
    }

    private static List<String> ids(JsonNode page) {
        List<String> ids = new ArrayList<>();
        page.path("events").forEach(event -> ids.add(event.path("id").asText()));
        return ids;
    }

    @ParameterizedTest
    @EnumSource
    void changesAreCloudEventsPageByPage(TestStore store) {
        try (var server = server(store)) {
            server.createNamespace("sales");
            server.createNamespace("sales", "e/u");
            server.createTable("or ders");

            JsonNode first = server.wire.get("/api/events?limit=2").json();
            assertThat(ids(first)).containsExactly("1", "2");
            assertThat(first.path("more").asBoolean()).isTrue();
            assertThat(first.at("/events/1/subject").asText())
                    .isEqualTo("lake/namespaces/sales%1Fe%2Fu");

            JsonNode second =
                    server.wire.get("/api/events?after=" + first.path("next").asText()).json();
            assertThat(ids(second)).containsExactly("3");
            assertThat(second.path("more").asBoolean()).isFalse();
            JsonNode event = second.at("/events/0");
            assertThat(event.path("specversion").asText()).isEqualTo("1.0");
            assertThat(event.path("type").asText()).isEqualTo("dev.tarn.table.created");
            assertThat(event.path("subject").asText())
                    .isEqualTo("lake/namespaces/sales/tables/or%20ders");
            assertThat(event.path("source").asText()).matches("urn:uuid:[0-9a-f-]{36}");
            assertThat(Instant.parse(event.path("time").asText()))
                    .isBetween(Instant.now().minusSeconds(600), Instant.now().plusSeconds(1));
            assertThat(event.at("/data/warehouse").asText()).isEqualTo("lake");
            assertThat(event.at("/data/namespace/0").asText()).isEqualTo("sales");
            assertThat(event.at("/data/name").asText()).isEqualTo("or ders");
            assertThat(event.at("/data/metadata-location").asText()).endsWith(".metadata.json");

            JsonNode none = server.wire.get("/api/events?after=newest").json();
            assertThat(ids(none)).isEmpty();
            assertThat(none.path("next").asText()).isEqualTo("3");
        }
    }

    @Test
    void aFilterNamesWarehouseNamespaceTableAndTypes() {
        try (var server = server(TestStore.SQLITE)) {
            server.createNamespace("sales");
            server.createNamespace("sales", "eu");
            server.createTable("orders");
            server.createTable("items");

            assertThat(ids(server.wire.get("/api/events?namespace=sales%1Feu").json()))
                    .containsExactly("2");
            assertThat(ids(server.wire.get("/api/events?namespace=sales&table=items").json()))
                    .containsExactly("4");
            assertThat(ids(server.wire.get("/api/events?type=dev.tarn.table.*").json()))
                    .containsExactly("3", "4");
            assertThat(ids(server.wire.get("/api/events?warehouse=other").json())).isEmpty();
            assertThat(server.wire.get("/api/events?type=dev.tarn.table.eaten").error())
                    .isEqualTo("400 BadRequestException");
            assertThat(server.wire.get("/api/events?after=x").error())
                    .isEqualTo("400 BadRequestException");
            assertThat(server.wire.get("/api/events?wait=2h").error())
                    .isEqualTo("400 BadRequestException");
        }
    }

    @Test
    void aCursorOfWhatIsNoLongerKeptIsGone() {
        try (var server = server(TestStore.SQLITE)) {
            server.createNamespace("sales");
            server.createNamespace("more");
            server.catalog.events().trim(Instant.now().plusSeconds(60));

            assertThat(server.wire.get("/api/events?after=1").error())
                    .isEqualTo("410 EventsGoneException");
            assertThat(
                            server.wire
                                    .get("/api/events?after=1", "Accept", "text/event-stream")
                                    .error())
                    .isEqualTo("410 EventsGoneException");
            assertThat(server.wire.get("/api/events").json().path("next").asText()).isEqualTo("2");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoWaitsIsAnsweredByTheNextEventThatFits(TestStore store) throws Exception {
        try (var server = server(store)) {
            server.createNamespace("sales");
            var waiting =
                    CompletableFuture.supplyAsync(() ->
                            server.wire
                                    .get("/api/events?after=1&wait=30s&type=dev.tarn.table.created")
                                    .json());
            server.createNamespace("passed over");
            server.createTable("orders");
            assertThat(ids(waiting.get(30, TimeUnit.SECONDS))).containsExactly("3");
            assertThat(ids(server.wire.get("/api/events?after=3&wait=1").json())).isEmpty();
        }
    }

    /// A client of server-sent events, as a browser is one.
    private static final class Watcher implements AutoCloseable {
        private final Socket socket = new Socket();
        private final BufferedReader lines;

        Watcher(ApiServer server, String query, String... headers) throws IOException {
            socket.setReceiveBufferSize(4_096);
            socket.setSoTimeout(30_000);
            socket.connect(new InetSocketAddress("127.0.0.1", server.port()));
            String request =
                    "GET /api/events%s HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n%s\r\n"
                            .formatted(query, String.join("", headers));
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            lines =
                    new BufferedReader(
                            new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        }

        /// Everything up to a line that begins so, without the sizes of chunks.
        List<String> until(String beginning) throws IOException {
            List<String> seen = new ArrayList<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                seen.add(line);
                if (line.startsWith(beginning)) {
                    return seen;
                }
            }
            throw new AssertionError("No line begins with " + beginning + ": " + seen);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWatcherSeesWhatHappensAndGoesOnWhereItWas(TestStore store) throws IOException {
        try (var server = server(store)) {
            server.createNamespace("sales");
            try (var watcher = new Watcher(server, "")) {
                assertThat(watcher.until("data: ").getLast())
                        .contains("\"type\":\"dev.tarn.namespace.created\"");
                server.createTable("orders");
                List<String> seen = watcher.until("data: ");
                assertThat(seen).contains("id: 2");
                assertThat(seen.getLast()).contains("\"name\":\"orders\"");
            }
            server.createTable("items");
            try (var again = new Watcher(server, "?after=0", "Last-Event-ID: 2\r\n")) {
                List<String> seen = again.until("data: ");
                assertThat(seen).contains("HTTP/1.1 200 OK", "Content-Type: text/event-stream");
                assertThat(seen.getLast()).contains("\"name\":\"items\"");
            }
        }
    }

    @Test
    void theCursorOfAWatcherMovesPastWhatItsFilterDoesNotTake() throws IOException {
        try (var server = server(TestStore.SQLITE)) {
            server.createNamespace("a");
            try (var watcher = new Watcher(server, "?type=dev.tarn.table.*")) {
                assertThat(watcher.until("id: 1")).noneMatch(line -> line.startsWith("data: "));
            }
        }
    }

    @Test
    void aWatcherThatReadsTooSlowlyIsDroppedWithTheReason() throws Exception {
        try (var server = server(TestStore.SQLITE)) {
            String large = "x".repeat(50_000);
            int events = 600;
            for (int i = 0; i < events; i++) {
                server.rows.<Boolean>write(tx -> {
                    server.catalog
                            .events()
                            .record(
                                    tx,
                                    EventType.NAMESPACE_UPDATED.kind(),
                                    server.lake,
                                    ApiServer.SALES,
                                    null,
                                    Map.of("large", large));
                    return true;
                });
            }
            try (var watcher = new Watcher(server, "")) {
                watcher.until("id: 1");
                // A reader that stops for longer than a write may take.
                assertThat(
                                new CountDownLatch(1)
                                        .await(
                                                ApiServer.WRITE_MAX.toMillis() * 3,
                                                TimeUnit.MILLISECONDS))
                        .isFalse();
                List<String> rest = watcher.until("event: end");
                assertThat(watcher.until("data: ").getLast())
                        .contains("Reader took more than 0 s for one piece");
                assertThat(rest.stream().filter(line -> line.startsWith("data: ")).count())
                        .isLessThan(events);
            }
        }
    }

    @Test
    void aServerThatStopsTellsItsWatchersAndWaitsForNone() throws IOException {
        try (var server = server(TestStore.SQLITE);
                var watcher = new Watcher(server, "")) {
            watcher.until("retry: ");
            server.stopEvents();
            watcher.until("event: end");
            assertThat(watcher.until("data: ").getLast()).contains("Server stops");
        }
    }
}
