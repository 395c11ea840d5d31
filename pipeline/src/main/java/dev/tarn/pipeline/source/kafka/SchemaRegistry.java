package dev.tarn.pipeline.source.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tarn.pipeline.row.Misfit;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// A schema registry with the REST API of Confluent's: `GET /schemas/ids/{id}`.
///
/// That a registry does not answer is no fault of a message: the run ends and nothing is skipped.
/// Nobody asks twice: a schema never changes under its id.
///
/// @param uri without a slash at its end
record SchemaRegistry(String uri, @Nullable String username, @Nullable String password) {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(10);
    private static final Duration ANSWER_MAX = Duration.ofSeconds(30);
    private static final int ANSWER_BYTES_MAX = 16 << 20;
    private static final int DEPTH_MAX = 16;
    private static final int ERROR_LENGTH_MAX = 200;
    private static final ObjectMapper JSON = new ObjectMapper();

    private record Answer(int status, String text) {}

    /// A schema, and what it takes from others.
    ///
    /// @param text in its own language
    /// @param references text by the name it is referred to by; what one needs stands before it
    record Registered(String text, SequencedMap<String, String> references) {
        Registered {
            references = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(references));
        }
    }

    /// The schema of an id.
    ///
    /// @param language its `schemaType`
    /// @throws Misfit if there is none, or it is in another language
    /// @throws IOException if the registry does not tell
    Registered schema(int id, String language) throws Misfit, IOException {
        String path = "/schemas/ids/" + Integer.toUnsignedString(id);
        Answer answer = get(path);
        if (answer.status == HttpURLConnection.HTTP_NOT_FOUND) {
            throw new Misfit(
                    null,
                    "schema %s is not in the registry at %s"
                            .formatted(Integer.toUnsignedString(id), uri));
        }
        SequencedMap<String, String> references = new LinkedHashMap<>();
        String text = collect(references, language, path, answer, 0);
        return new Registered(text, references);
    }

    private String collect(
            SequencedMap<String, String> references,
            String language,
            String path,
            Answer answer,
            int depth)
            throws Misfit, IOException {
        if (answer.status != HttpURLConnection.HTTP_OK) {
            throw new IOException(
                    "The schema registry at %s does not tell %s: status %s, %s"
                            .formatted(uri, path, answer.status, shortened(answer.text)));
        }
        JsonNode body = JSON.readTree(answer.text);
        String kind = body.path("schemaType").asText("AVRO");
        if (!kind.equals(language)) {
            throw new Misfit(
                    null,
                    "expected a schema of %s, found %s at %s".formatted(language, kind, path));
        }
        if (depth > DEPTH_MAX) {
            throw new IOException(
                    "Schemas refer to each other more than %s deep at %s%s"
                            .formatted(DEPTH_MAX, uri, path));
        }
        for (JsonNode reference : body.path("references")) {
            String name = reference.path("name").asText();
            String other =
                    "/subjects/%s/versions/%s"
                            .formatted(
                                    encoded(reference.path("subject").asText()),
                                    reference.path("version").asInt());
            if (!references.containsKey(name)) {
                references.put(name, collect(references, language, other, get(other), depth + 1));
            }
        }
        return body.path("schema").asText();
    }

    /// What it tells is not a schema of the language it says it is in.
    IOException notOf(String language, int id, RuntimeException reason) {
        return new IOException(
                "Schema %s at %s is not one of %s: %s"
                        .formatted(
                                Integer.toUnsignedString(id),
                                uri,
                                language,
                                shortened(String.valueOf(reason.getMessage()))),
                reason);
    }

    private Answer get(String path) throws IOException {
        try {
            var connection =
                    (HttpURLConnection)
                            URI.create(uri + path).toURL().openConnection(Proxy.NO_PROXY);
            connection.setConnectTimeout((int) CONNECT_MAX.toMillis());
            connection.setReadTimeout((int) ANSWER_MAX.toMillis());
            connection.setRequestProperty("Accept", "application/vnd.schemaregistry.v1+json");
            if (username != null) {
                String pair = username + ":" + (password == null ? "" : password);
                connection.setRequestProperty(
                        "Authorization",
                        "Basic "
                                + Base64.getEncoder()
                                        .encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
            }
            int status = connection.getResponseCode();
            try (InputStream in =
                    status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
                byte[] bytes = in == null ? new byte[0] : in.readNBytes(ANSWER_BYTES_MAX);
                return new Answer(status, new String(bytes, StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new IOException(
                    "The schema registry at %s does not answer: %s".formatted(uri, Reason.of(e)),
                    e);
        }
    }

    private static String encoded(String word) {
        return URLEncoder.encode(word, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String shortened(String text) {
        return text.length() <= ERROR_LENGTH_MAX
                ? text
                : text.substring(0, ERROR_LENGTH_MAX) + "...";
    }

    @Override
    public String toString() {
        return "SchemaRegistry[%s, %s, ***]".formatted(uri, username);
    }
}
