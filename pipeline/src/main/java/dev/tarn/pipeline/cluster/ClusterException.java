package dev.tarn.pipeline.cluster;

import dev.tarn.pipeline.PipelineException;
import org.jspecify.annotations.Nullable;

/// What a cluster said no to, in its own words, or that it said nothing.
public final class ClusterException extends PipelineException {
    private final boolean unreachable;

    private ClusterException(boolean unreachable, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.unreachable = unreachable;
    }

    static ClusterException refused(String message) {
        return new ClusterException(false, message, null);
    }

    static ClusterException unreachable(String message, @Nullable Throwable cause) {
        return new ClusterException(true, message, cause);
    }

    /// Whether no answer came, so that it may be worth asking again.
    public boolean isUnreachable() {
        return unreachable;
    }
}
