package dev.tarn.pipeline.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/// How a job on a cluster is.
///
/// @param state in SeaTunnel's words; `UNKNOWN` if the cluster does not know the job
/// @param rowsRead,rowsWritten since its start or restore, as the cluster counts them
/// @param rowsPerSecond written, on average since the start
/// @param message why it failed, in one line; empty if it did not
public record ClusterStatus(
        String id,
        String name,
        String state,
        long rowsRead,
        long rowsWritten,
        double rowsPerSecond,
        String message) {
    static final String UNKNOWN = "UNKNOWN";

    private static final List<String> ENDED =
            List.of("FINISHED", "FAILED", "CANCELED", "SAVEPOINT_DONE", "UNKNOWABLE", UNKNOWN);
    private static final String CAUSE = "Caused by: ";

    /// A job the cluster does not know is answered with its number alone.
    static ClusterStatus of(JsonNode answer) {
        JsonNode metrics = answer.path("metrics");
        return new ClusterStatus(
                answer.path("jobId").asText(),
                answer.path("jobName").asText(),
                answer.path("jobStatus").asText(UNKNOWN),
                metrics.path("SourceReceivedCount").asLong(),
                metrics.path("SinkWriteCount").asLong(),
                metrics.path("SinkWriteQPS").asDouble(),
                reason(answer.path("errorMsg").asText("")));
    }

    /// The last cause of a stack trace, which is what went wrong.
    static String reason(String trace) {
        List<String> lines = trace.lines().map(String::strip).filter(l -> !l.isEmpty()).toList();
        return lines.stream()
                .filter(line -> line.startsWith(CAUSE))
                .reduce((before, line) -> line)
                .map(line -> line.substring(CAUSE.length()))
                .orElse(lines.isEmpty() || lines.getFirst().equals("null") ? "" : lines.getFirst());
    }

    public boolean isKnown() {
        return !state.equals(UNKNOWN);
    }

    public boolean hasEnded() {
        return ENDED.contains(state);
    }

    /// Whether it came to its end as it should, with all rows or with a savepoint.
    public boolean isGood() {
        return state.equals("FINISHED") || state.equals("SAVEPOINT_DONE");
    }
}
