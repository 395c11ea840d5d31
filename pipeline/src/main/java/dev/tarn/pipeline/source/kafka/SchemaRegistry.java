package dev.tarn.pipeline.source.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tarn.pipeline.row.AvroRows;
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
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/// A schema registry with the REST API of Confluent's: `GET /schemas/ids/{id}`.
///
/// That a registry does not answer is no fault of a message: the run ends and nothing is skipped.
/// Nobody asks twice: a schema never changes under its id.
///
/// @param uri without a slash at its end
record SchemaRegistry(String uri, @Nullable String username, @Nullable String password)
        implements AvroRows.Schemas {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(10);
    private static final Duration ANSWER_MAX = Duration.ofSeconds(30);
    private static final int ANSWER_BYTES_MAX = 16 << 20;
    private static final int DEPTH_MAX = 16;
    private static final int ERROR_LENGTH_MAX = 200;
    private static final ObjectMapper JSON = new ObjectMapper();

    private record Answer(int status, String text) {}

    @Override
    public Schema schema(int id) throws Misfit, IOException {
        String path = "/schemas/ids/" + Integer.toUnsignedString(id);
        Answer answer = get(path);
        if (answer.status == HttpURLConnection.HTTP_NOT_FOUND) {
            throw new Misfit(
                    null,
                    "schema %s is not in the registry at %s"
                            .formatted(Integer.toUnsignedString(id), uri));
        }
        var parser = new Schema.Parser();
        return parse(parser, path, answer, 0);
    }

    /// The names a schema uses of others are known to the parser once those are read.
    private Schema parse(Schema.Parser parser, String path, Answer answer, int depth)
            throws Misfit, IOException {
        if (answer.status != HttpURLConnection.HTTP_OK) {
            throw new IOException(
                    "The schema registry at %s does not tell %s: status %s, %s"
                            .formatted(uri, path, answer.status, shortened(answer.text)));
        }
        JsonNode body = JSON.readTree(answer.text);
        String kind = body.path("schemaType").asText("AVRO");
        if (!kind.equals("AVRO")) {
            throw new Misfit(
                    null, "expected a schema of Avro, found %s at %s".formatted(kind, path));
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
            if (!parser.getTypes().containsKey(name)) {
                parse(parser, other, get(other), depth + 1);
            }
        }
        try {
            return parser.parse(body.path("schema").asText());
        } catch (AvroRuntimeException e) {
            throw new IOException(
                    "The schema at %s%s is not one of Avro: %s"
                            .formatted(uri, path, shortened(String.valueOf(e.getMessage()))),
                    e);
        }
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
