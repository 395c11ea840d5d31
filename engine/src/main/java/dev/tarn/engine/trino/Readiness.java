package dev.tarn.engine.trino;

import dev.tarn.engine.statement.ServerUnreachableException;
import dev.tarn.engine.statement.Session;
import dev.tarn.engine.statement.StatementException;
import dev.tarn.engine.statement.Statements;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// When a Trino that was started is of use: it says so itself, and it has found itself as a worker.
/// Between the two lie up to five seconds in which every scan is refused, so a question is asked
/// that a worker must answer; what lies in `system` the coordinator answers alone.
final class Readiness {
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);
    private static final String WORKS = "SELECT sum(n) FROM UNNEST(sequence(1, 3)) AS t(n)";
    private static final String ANSWER = "6";

    private Readiness() {}

    /// True when ready, false when the child died, the deadline passed or the latch was counted
    /// down.
    static boolean await(URI uri, Child child, Duration deadline, CountDownLatch stop)
            throws InterruptedException {
        long end = System.nanoTime() + deadline.toNanos();
        try (var client = HttpClient.newHttpClient()) {
            while (child.isAlive() && System.nanoTime() < end) {
                if (started(client, uri) && works(uri)) {
                    return true;
                }
                if (stop.await(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
                    return false;
                }
            }
        }
        return false;
    }

    static void run(URI uri, List<String> statements) {
        try (var client = new Statements(uri, Session.of("tarn", TrinoSettings.CATALOG, null))) {
            for (String sql : statements) {
                client.start(sql).rowsToEnd();
            }
        }
    }

    private static boolean started(HttpClient client, URI uri) throws InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(uri.resolve("/v1/info")).timeout(REQUEST_TIMEOUT).build();
        try {
            HttpResponse<String> response =
                    client.send(request, HttpResponse.BodyHandlers.ofString());
            return response.statusCode() == 200 && response.body().contains("\"starting\":false");
        } catch (IOException notYet) {
            return false;
        }
    }

    private static boolean works(URI uri) {
        try (var client = new Statements(uri, Session.of("tarn", TrinoSettings.CATALOG, null))) {
            var rows = client.start(WORKS).rowsToEnd();
            return rows.size() == 1 && ANSWER.equals(String.valueOf(rows.getFirst().getFirst()));
        } catch (StatementException | ServerUnreachableException notYet) {
            return false;
        }
    }
}
