package dev.tarn.engine.statement;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/// Runs SQL on a Trino server, one statement at a time, in a session that statements may change.
public final class Statements implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    /// The server answers within a second even when it has nothing new; a minute means it hangs.
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(60);

    private static final int ATTEMPTS_MAX = 8;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

    private final URI server;
    private final HttpClient client;
    private volatile Session session;

    public Statements(URI server, Session session) {
        this.server = server;
        this.session = session;
        this.client = HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build();
    }

    public Session session() {
        return session;
    }

    /// Sends the statement; it runs as its pages are asked for.
    ///
    /// @throws ServerUnreachableException if no Trino answers
    public Statement start(String sql) {
        return new Statement(this, sql);
    }

    @Override
    public void close() {
        client.close();
    }

    JsonNode post(String sql) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(server.resolve("/v1/statement"))
                        .timeout(REQUEST_TIMEOUT)
                        .POST(HttpRequest.BodyPublishers.ofString(sql));
        session.writeTo(request);
        return send(request.build());
    }

    JsonNode get(URI page) {
        return send(
                HttpRequest.newBuilder(page)
                        .timeout(REQUEST_TIMEOUT)
                        .header("X-Trino-User", session.user())
                        .GET()
                        .build());
    }

    void delete(URI page) {
        send(
                HttpRequest.newBuilder(page)
                        .timeout(REQUEST_TIMEOUT)
                        .header("X-Trino-User", session.user())
                        .DELETE()
                        .build());
    }

    /// Sends until the server does not say "later". A page may be asked for twice, a statement may
    /// not be sent twice, except where the server surely has not taken it.
    private JsonNode send(HttpRequest request) {
        Duration pause = FIRST_PAUSE;
        for (int attempt = 1; ; attempt++) {
            String found;
            IOException cause = null;
            boolean again;
            try {
                HttpResponse<String> response =
                        client.send(request, HttpResponse.BodyHandlers.ofString());
                int status = response.statusCode();
                if (status == 200) {
                    session = session.after(response.headers());
                    return parse(response.body());
                }
                if (status == 204) {
                    return JSON.missingNode();
                }
                again = status == 429 || status == 502 || status == 503 || status == 504;
                found = "HTTP status %s %s".formatted(status, firstLine(response.body()));
            } catch (ConnectException refused) {
                again = false;
                found = "nothing that listens";
                cause = refused;
            } catch (IOException broken) {
                again = request.method().equals("GET");
                found = broken.toString();
                cause = broken;
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(
                        "Interrupted while waiting for " + server, interrupted);
            }
            if (!again || attempt >= ATTEMPTS_MAX) {
                throw new ServerUnreachableException(server, found, cause);
            }
            Pause.of(pause);
            pause = pause.multipliedBy(2);
        }
    }

    private JsonNode parse(String body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException notJson) {
            throw new ServerUnreachableException(server, "no JSON but " + firstLine(body), notJson);
        }
    }

    private static String firstLine(String body) {
        String line = body.lines().findFirst().orElse("");
        return line.length() <= 200 ? line : line.substring(0, 200);
    }
}
