package dev.tarn.app.clients;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A SeaTunnel 2.3.8 cluster of one node in a process of its own.
final class SeaTunnel implements AutoCloseable {
    private static final Duration START_DURATION_MAX = Duration.ofMinutes(1);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final String V1 = "/hazelcast/rest/maps";

    private final Child process;
    private final URI address;

    private SeaTunnel(Child process, URI address) {
        this.process = process;
        this.address = address;
    }

    static SeaTunnel start(Path folder) throws IOException {
        int port = Ports.free();
        Child process =
                Child.start(
                        List.of(
                                Tool.SEATUNNEL.path().toString(),
                                Integer.toString(port),
                                folder.toString()),
                        Map.of("SEATUNNEL_JAVA_OPTS", "-Xmx512m -XX:+UseSerialGC"));
        URI address = URI.create("http://127.0.0.1:" + port);
        try (HttpClient http = HttpClient.newHttpClient()) {
            long deadline = System.nanoTime() + START_DURATION_MAX.toNanos();
            while (System.nanoTime() < deadline && !process.endsWithin(POLL)) {
                if (answers(http, address)) {
                    return new SeaTunnel(process, address);
                }
            }
        }
        String said = process.out() + process.err();
        process.close();
        throw new AssertionError("SeaTunnel did not start; it said:\n" + said);
    }

    private static boolean answers(HttpClient http, URI address) {
        try {
            HttpRequest request = HttpRequest.newBuilder(address.resolve(V1 + "/overview")).build();
            return http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    URI address() {
        return address;
    }

    /// The same node with the paths of V2, whose engine is not published: each request is answered
    /// by the node's V1.
    HttpServer withPathsOfV2() throws IOException {
        var front =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        front.createContext("/seatunnel", this::forward);
        front.start();
        return front;
    }

    private void forward(HttpExchange exchange) throws IOException {
        try (HttpClient http = HttpClient.newHttpClient();
                exchange) {
            String path = exchange.getRequestURI().toString().replaceFirst("^/seatunnel", V1);
            byte[] body = exchange.getRequestBody().readAllBytes();
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(address.resolve(path))
                            .method(
                                    exchange.getRequestMethod(),
                                    HttpRequest.BodyPublishers.ofByteArray(body));
            if (body.length > 0) {
                request.header("Content-Type", "application/json");
            }
            var answer = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            exchange.sendResponseHeaders(answer.statusCode(), answer.body().length);
            exchange.getResponseBody().write(answer.body());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
