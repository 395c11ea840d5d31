package dev.tarn.app.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.app.metrics.Metrics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpServerTest {
    private static final int BODY_BYTES_MAX = 10_000;

    private static Metrics metrics;
    private static HttpServer server;
    private static Wire wire;

    @BeforeAll
    static void start() {
        metrics = new Metrics();
        server =
                new HttpServer(
                        new HttpSettings(
                                "127.0.0.1",
                                0,
                                BODY_BYTES_MAX,
                                64,
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(5)),
                        new Routes(
                                List.of(
                                        Route.get("/v1/names/{name}", HttpServerTest::name),
                                        Route.get("/v1/names/{name}/parts", HttpServerTest::name),
                                        Route.get("/v1/{prefix}/names", HttpServerTest::name),
                                        Route.post("/echo", HttpServerTest::echo),
                                        Route.post("/ignored", r -> Response.noContent()),
                                        Route.get(
                                                "/large",
                                                r ->
                                                        Response.text(
                                                                200,
                                                                "text/plain",
                                                                "tarn ".repeat(1_000))),
                                        Route.get(
                                                "/bug",
                                                r -> {
                                                    throw new IllegalStateException("secret");
                                                }),
                                        Route.get(
                                                "/thread",
                                                r ->
                                                        Response.json(
                                                                Thread.currentThread()
                                                                        .isVirtual())))),
                        metrics);
        server.start();
        wire = new Wire(server.port());
    }

    @AfterAll
    static void stop() {
        wire.close();
        server.close();
        metrics.close();
    }

    private static Response name(Request request) {
        SequencedMap<String, Object> seen = new LinkedHashMap<>();
        seen.put("route", request.template());
        seen.put("name", request.findPath("name").orElse(""));
        seen.put("q", request.query("q").orElse(""));
        return Response.json(seen);
    }

    private static Response echo(Request request) {
        return Response.of(200, "application/octet-stream", request.body());
    }

    @ParameterizedTest
    @CsvSource({
        "plain, plain",
        "a%2Fb, a/b",
        "a%252Fb, a%2Fb",
        "a%25b, a%b",
        "a+b, a+b",
        "a%2Bb, a+b",
        "a%20b, 'a b'",
        "a;b=c, a;b=c",
        "%C3%A4%F0%9F%8F%94, ä🏔",
        "a%3Fb%23c, a?b#c",
        "%2E%2E, ..",
        "a%5Cb, a\\b",
        "'', ''",
    })
    void aPathSegmentIsDecodedOnce(String sent, String name) {
        Wire.Answer answer = wire.get("/v1/names/" + sent + "/parts");

        assertThat(answer.json().path("name").asText()).isEqualTo(name);
    }

    @Test
    void theSeparatorOfLevelsArrives() {
        assertThat(wire.get("/v1/names/a%1Fb").json().path("name").asText()).isEqualTo("a\u001Fb");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/names/a%C3b", "/v1/names/%FF", "/v1/names/%C0%AF"})
    void whatIsNotUtf8IsRefusedWithAnErrorOfIceberg(String path) {
        assertThat(wire.get(path).error()).isEqualTo("400 BadRequestException");
    }

    @Test
    void aLiteralSegmentComesBeforeAVariableOne() {
        assertThat(wire.get("/v1/names/names").json().path("route").asText())
                .isEqualTo("/v1/names/{name}");
        assertThat(wire.get("/v1/lake/names").json().path("route").asText())
                .isEqualTo("/v1/{prefix}/names");
    }

    @Test
    void oneSlashAtTheEndChangesNothing() {
        assertThat(wire.get("/v1/names/a/").json().path("name").asText()).isEqualTo("a");
    }

    @Test
    void aPlusInTheQueryIsASpace() {
        assertThat(wire.get("/v1/names/a?q=a+b%2Bc%2520").json().path("q").asText())
                .isEqualTo("a b+c%20");
    }

    @Test
    void anUnknownPathIsNotFound() {
        Wire.Answer answer = wire.get("/v2/nothing");

        assertThat(answer.error()).isEqualTo("404 NoSuchPathException");
        assertThat(answer.header("Content-Type")).contains("application/json");
    }

    @Test
    void aWrongMethodNamesTheRightOnes() {
        Wire.Answer answer = wire.delete("/v1/names/a");

        assertThat(answer.error()).isEqualTo("405 MethodNotAllowedException");
        assertThat(answer.header("Allow")).contains("GET");
    }

    @Test
    void headIsGetWithoutTheBody() {
        Wire.Answer answer = wire.head("/v1/names/a");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.response().body()).isEmpty();
    }

    @Test
    void aRequestHasAVirtualThread() {
        assertThat(wire.get("/thread").text()).isEqualTo("true");
    }

    @Test
    void aBugIsToldWithoutItsInside() {
        Wire.Answer answer = wire.get("/bug");

        assertThat(answer.error()).isEqualTo("500 InternalServerError");
        assertThat(answer.text()).doesNotContain("secret").doesNotContain("at dev.tarn");
    }

    @Test
    void largeAnswersAreCompressedForWhoeverWantsIt() {
        String offered = "br, gzip;q=0.9, zstd, *;q=0.1";
        Wire.Answer compressed = wire.get("/large", "Accept-Encoding", offered);
        Wire.Answer plain = wire.get("/large", "Accept-Encoding", "gzip;q=0, br");

        assertThat(compressed.header("Content-Encoding")).contains("gzip");
        assertThat(compressed.response().body()).hasSizeLessThan(500);
        assertThat(plain.header("Content-Encoding")).isEmpty();
        assertThat(plain.header("Vary")).contains("Accept-Encoding");
        assertThat(compressed.text()).isEqualTo(plain.text());
    }

    @Test
    void aCompressedBodyIsRead() {
        Wire.Answer answer =
                wire.send(
                        "POST",
                        "/echo",
                        gzip("hello".getBytes(StandardCharsets.UTF_8)),
                        "Content-Encoding",
                        "gzip");

        assertThat(answer.text()).isEqualTo("hello");
    }

    @Test
    void aBodyOverTheLimitIsRefused() {
        byte[] large = new byte[BODY_BYTES_MAX + 1];

        assertThat(wire.send("POST", "/echo", large).error())
                .isEqualTo("413 ContentTooLargeException");
        assertThat(wire.send("POST", "/echo", new byte[BODY_BYTES_MAX]).status()).isEqualTo(200);
        assertThat(wire.send("POST", "/echo", gzip(large), "Content-Encoding", "gzip").error())
                .isEqualTo("413 ContentTooLargeException");
    }

    @Test
    void aBodyThatIsNotWhatItSaysIsRefused() {
        assertThat(wire.post("/echo", "text", "Content-Encoding", "gzip").error())
                .isEqualTo("400 BadRequestException");
        assertThat(wire.post("/echo", "text", "Content-Encoding", "br").error())
                .isEqualTo("415 UnsupportedMediaTypeException");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /v1/names/%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /v1/names/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /v1/names/%4 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /v1/names/a HTTP/1.1\r\n\r\n",
                "nonsense\r\n\r\n",
                "GET /v1/names/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
            })
    void whatJettyRefusesHasAnErrorOfIceberg(String request) throws IOException {
        String answer = raw(request);

        assertThat(answer).startsWith("HTTP/1.1 400");
        assertThat(answer).contains("\"type\":\"BadRequestException\",\"code\":400");
        assertThat(answer).doesNotContain("<html").doesNotContain("Jetty");
    }

    @Test
    void headersOverTheLimitAreRefusedWithAnErrorOfIceberg() throws IOException {
        String answer =
                raw("GET /x?" + "a".repeat(70_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 414").contains("\"code\":414");
    }

    @Test
    void aConnectionServesSeveralRequests() throws IOException {
        String request = "GET /v1/names/a HTTP/1.1\r\nHost: localhost\r\n\r\n";
        String answer = raw(request + request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));

        assertThat(answer.split("HTTP/1.1 200", -1)).hasSize(3);
    }

    @Test
    void theAnswerIsCountedByTemplate() {
        wire.get("/v1/names/" + URLEncoder.encode("some table", StandardCharsets.UTF_8));

        assertThat(metrics.scrape())
                .contains(
                        "http_server_requests_seconds_bucket{method=\"GET\",route=\"/v1/names/{name}\"")
                .contains("jvm_memory_used_bytes")
                .contains("jvm_threads_live_threads")
                .doesNotContain("some");
    }

    @Test
    void stoppingLetsARequestUnderWayEnd() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        HttpServer stopping =
                new HttpServer(
                        HttpSettings.at("127.0.0.1", 0),
                        new Routes(
                                List.of(
                                        Route.get(
                                                "/slow",
                                                r -> {
                                                    begun.countDown();
                                                    await(mayEnd);
                                                    return Response.json("done");
                                                }))),
                        metrics);
        stopping.start();
        try (Wire slow = new Wire(stopping.port())) {
            AtomicReference<String> text = new AtomicReference<>();
            Thread client = Thread.ofVirtual().start(() -> text.set(slow.get("/slow").text()));
            await(begun);
            Thread stop = Thread.ofVirtual().start(stopping::close);
            mayEnd.countDown();
            client.join();
            stop.join();

            assertThat(text.get()).isEqualTo("\"done\"");
        }
    }

    @Test
    void aPortThatIsTakenIsNamed() {
        HttpServer second =
                new HttpServer(
                        HttpSettings.at("127.0.0.1", server.port()),
                        new Routes(List.of()),
                        metrics);

        assertThatThrownBy(second::start)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("Cannot listen on 127.0.0.1:" + server.port());
        second.close();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] gzip(byte[] body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /// A client sends the headers first; if the connection were closed over a body that nobody
    /// wanted, its next request would fail.
    @Test
    void aBodyThatNobodyReadsDoesNotCostTheConnection() throws IOException {
        for (String path : List.of("/ignored", "/unknown")) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                OutputStream out = socket.getOutputStream();
                out.write(
                        "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n"
                                .formatted(path)
                                .getBytes(StandardCharsets.US_ASCII));
                out.flush();
                LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
                out.write(
                        "helloGET /thread HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                out.flush();
                String answers =
                        new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(answers).as(path).contains("HTTP/1.1 200").endsWith("true");
            }
        }
    }

    private static String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            if (!request.contains("Connection: close")) {
                socket.shutdownOutput();
            }
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
