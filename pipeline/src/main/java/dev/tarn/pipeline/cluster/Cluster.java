package dev.tarn.pipeline.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A SeaTunnel cluster behind its REST API.
///
/// V2 (2.3.9 and newer) has its paths at the address given, as a rule `http://HOST:8080` or with a
/// context path; V1 (all of 2.3, and the only one of 2.3.8) has the same paths below
/// `/hazelcast/rest/maps` on the port of a member, 5801. Whichever tells its overview is used.
public final class Cluster {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CONNECT_MAX = Duration.ofSeconds(5);

    /// Connectors are opened, and tables made, before a submission is answered.
    private static final Duration ANSWER_MAX = Duration.ofMinutes(2);

    private static final String V1 = "/hazelcast/rest/maps";
    private static final int ANSWER_BYTES_MAX = 64 << 20;

    private final URI given;
    private final String root;
    private final String version;

    private record Answer(int status, String text) {}

    private Cluster(URI given, String root, String version) {
        this.given = given;
        this.root = root;
        this.version = version;
    }

    /// Finds out which of its two APIs a cluster has.
    ///
    /// @throws ClusterException if nothing answers, or not a SeaTunnel
    public static Cluster connect(URI address) {
        String base = address.toString().replaceFirst("/+$", "");
        List<String> roots = new ArrayList<>(List.of(base));
        if (!base.endsWith(V1)) {
            roots.add(base + V1);
        }
        IOException silence = null;
        for (String root : roots) {
            try {
                Answer overview = send("GET", root + "/overview", null);
                String version = version(overview);
                if (version != null) {
                    return new Cluster(address, root, version);
                }
                silence = null;
            } catch (ConnectException | UnknownHostException e) {
                throw ClusterException.unreachable(
                        "No SeaTunnel cluster answers at %s: %s".formatted(base, told(e)), e);
            } catch (IOException e) {
                // A member closes the connection on a path that is not of V1.
                silence = e;
            }
        }
        if (silence != null) {
            throw ClusterException.unreachable(
                    "No SeaTunnel cluster answers at %s: %s".formatted(base, told(silence)),
                    silence);
        }
        throw ClusterException.refused(
                "%s does not answer like a SeaTunnel cluster, expected the REST API V2 there or V1 below %s (hazelcast.yaml: rest-api.enabled)"
                        .formatted(base, V1));
    }

    private static @Nullable String version(Answer overview) {
        try {
            JsonNode version = JSON.readTree(overview.text).path("projectVersion");
            return overview.status < 300 && version.isTextual() ? version.asText() : null;
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    private static String told(IOException e) {
        if (e instanceof UnknownHostException) {
            return "no host of this name is known";
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    /// Such as `2.3.8`.
    public String version() {
        return version;
    }

    /// Hands over a job and returns once the cluster has taken it; it then runs there.
    ///
    /// @param restore the job from whose last savepoint or checkpoint it goes on, which keeps its
    ///   id; null begins anew
    /// @return the id of the job
    /// @throws ClusterException with the cluster's reason, if it refuses the job
    public String submit(ClusterJob job, @Nullable String restore) {
        StringBuilder path = new StringBuilder("/submit-job?format=json&jobName=");
        path.append(encode(job.name()));
        if (restore != null) {
            if (!status(restore).hasEnded()) {
                throw ClusterException.refused(
                        "Job %s is running in the cluster %s, stop it before it is restored"
                                .formatted(restore, given));
            }
            path.append("&isStartWithSavePoint=true&jobId=").append(encode(restore));
        }
        JsonNode body = knowsNewNames() ? job.json() : job.formerly();
        Answer answer = ask("POST", path.toString(), body);
        JsonNode id = tree(answer).path("jobId");
        if (answer.status >= 300 || id.asText("").isEmpty()) {
            throw ClusterException.refused(
                    "The cluster %s refuses the job %s: %s"
                            .formatted(given, job.name(), reason(answer)));
        }
        return id.asText();
    }

    private boolean knowsNewNames() {
        return !version.matches("2\\.[0-2]\\..*|2\\.3\\.[0-8]([^0-9].*)?");
    }

    /// How a job is, also after its end for as long as the cluster remembers it.
    public ClusterStatus status(String id) {
        Answer answer = ask("GET", "/job-info/" + encode(id), null);
        if (answer.status >= 300) {
            throw ClusterException.refused(
                    "The cluster %s does not tell of job %s: %s"
                            .formatted(given, id, reason(answer)));
        }
        return ClusterStatus.of(tree(answer));
    }

    /// Asks a job to end, which takes a while.
    ///
    /// @param savepoint whether it can then go on from where it was
    /// @throws ClusterException if there is no such job, or it has ended
    public void stop(String id, boolean savepoint) {
        ClusterStatus before = status(id);
        if (!before.isKnown() || before.hasEnded()) {
            throw ClusterException.refused(
                    before.isKnown()
                            ? "Job %s of the cluster %s has ended already: %s"
                                    .formatted(id, given, before.state())
                            : "The cluster %s knows no job %s".formatted(given, id));
        }
        JsonNode body =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("jobId", Long.parseLong(id))
                        .put("isStopWithSavePoint", savepoint);
        Answer answer = ask("POST", "/stop-job", body);
        if (answer.status >= 300) {
            throw ClusterException.refused(
                    "The cluster %s does not stop job %s: %s".formatted(given, id, reason(answer)));
        }
    }

    private Answer ask(String method, String path, @Nullable JsonNode body) {
        try {
            return send(method, root + path, body);
        } catch (IOException e) {
            throw ClusterException.unreachable(
                    "The cluster %s does not answer: %s".formatted(given, told(e)), e);
        }
    }

    private JsonNode tree(Answer answer) {
        try {
            return JSON.readTree(answer.text);
        } catch (JsonProcessingException e) {
            return JsonNodeFactory.instance.missingNode();
        }
    }

    private String reason(Answer answer) {
        String message = ClusterStatus.reason(tree(answer).path("message").asText(""));
        return message.isEmpty()
                ? "it answered %d and no reason".formatted(answer.status)
                : message;
    }

    private static String encode(String word) {
        return URLEncoder.encode(word, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static Answer send(String method, String address, @Nullable JsonNode body)
            throws IOException {
        var connection =
                (HttpURLConnection) URI.create(address).toURL().openConnection(Proxy.NO_PROXY);
        connection.setRequestMethod(method);
        connection.setConnectTimeout((int) CONNECT_MAX.toMillis());
        connection.setReadTimeout((int) ANSWER_MAX.toMillis());
        if (body != null) {
            connection.setRequestProperty("Content-Type", "application/json");
            connection.setDoOutput(true);
            try (OutputStream out = connection.getOutputStream()) {
                out.write(JSON.writeValueAsBytes(body));
            }
        }
        int status = connection.getResponseCode();
        try (InputStream in =
                status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            byte[] bytes = in == null ? new byte[0] : in.readNBytes(ANSWER_BYTES_MAX);
            return new Answer(status, new String(bytes, StandardCharsets.UTF_8));
        }
    }
}
