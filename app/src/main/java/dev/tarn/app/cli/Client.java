package dev.tarn.app.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A server as a stranger sees it: JSON over HTTP.
///
/// Stands on `HttpURLConnection`, which starts in a third of the time of `HttpClient`; a command is
/// one or two requests.
public final class Client {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CONNECT_MAX = Duration.ofSeconds(5);
    private static final Duration ANSWER_MAX = Duration.ofMinutes(2);

    private final URI server;

    public Client(URI server) {
        this.server = server;
    }

    public URI server() {
        return server;
    }

    public JsonNode get(String path) {
        return exchange("GET", path, null);
    }

    public JsonNode post(String path, JsonNode body) {
        return exchange("POST", path, body);
    }

    public JsonNode put(String path) {
        return exchange("PUT", path, null);
    }

    public JsonNode put(String path, JsonNode body) {
        return exchange("PUT", path, body);
    }

    public JsonNode delete(String path) {
        return exchange("DELETE", path, null);
    }

    /// Sends `body` and hands over each line of the answer as it arrives, however long that takes.
    public void stream(String path, JsonNode body, Consumer<JsonNode> eachLine) {
        try {
            HttpURLConnection connection = send("POST", path, body, Duration.ZERO);
            try (BufferedReader lines =
                    new BufferedReader(
                            new InputStreamReader(answer(connection), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (!line.isBlank()) {
                        eachLine.accept(JSON.readTree(line));
                    }
                }
            }
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    /// A name as part of a path.
    public static String encode(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private JsonNode exchange(String method, String path, @Nullable JsonNode body) {
        try {
            HttpURLConnection connection = send(method, path, body, ANSWER_MAX);
            try (InputStream answer = answer(connection)) {
                byte[] bytes = answer.readAllBytes();
                return bytes.length == 0 ? JSON.createObjectNode() : JSON.readTree(bytes);
            }
        } catch (JsonProcessingException e) {
            throw new CommandException(
                    "%s does not answer like Tarn; name the address of a Tarn with --server URL"
                            .formatted(server),
                    e);
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    private HttpURLConnection send(
            String method, String path, @Nullable JsonNode body, Duration answerMax)
            throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection)
                        URI.create(server + path).toURL().openConnection(java.net.Proxy.NO_PROXY);
        connection.setRequestMethod(method);
        connection.setConnectTimeout((int) CONNECT_MAX.toMillis());
        connection.setReadTimeout((int) answerMax.toMillis());
        connection.setRequestProperty("Accept", "application/json");
        connection.setRequestProperty("User-Agent", "tarn/" + Version.number());
        if (body != null) {
            connection.setRequestProperty("Content-Type", "application/json");
            connection.setDoOutput(true);
            try (OutputStream out = connection.getOutputStream()) {
                out.write(JSON.writeValueAsBytes(body));
            }
        }
        return connection;
    }

    private InputStream answer(HttpURLConnection connection) throws IOException {
        int status = connection.getResponseCode();
        if (status < 400) {
            return connection.getInputStream();
        }
        try (InputStream body = connection.getErrorStream()) {
            String text =
                    body == null ? "" : new String(body.readAllBytes(), StandardCharsets.UTF_8);
            throw new RefusedException(status, reason(status, text));
        }
    }

    private String reason(int status, String text) {
        try {
            JsonNode message = JSON.readTree(text).path("error").path("message");
            if (message.isTextual()) {
                return message.asText();
            }
        } catch (JsonProcessingException e) {
            // Not the error of a Tarn: said below.
        }
        return "%s answered %d and no reason".formatted(server, status);
    }

    private CommandException unreachable(IOException e) {
        return e instanceof ConnectException
                ? new CommandException(
                        3,
                        "No Tarn answers at %s; start it with 'tarn up -d' or name another with --server URL"
                                .formatted(server),
                        e)
                : new CommandException(
                        "The connection to %s broke: %s".formatted(server, e.getMessage()), e);
    }

    /// The server understood and said no.
    public static final class RefusedException extends RuntimeException {
        private final int status;

        RefusedException(int status, String message) {
            super(message);
            this.status = status;
        }

        public int status() {
            return status;
        }
    }
}
