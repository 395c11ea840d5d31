package dev.tarn.engine.trino;

import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is to be said about the managed Trino at one moment.
///
/// @param pid of the child, null where there is none
/// @param restarts how often it was started again since [Trino#start]
/// @param since when it came into this state
/// @param message why it is in this state, one sentence; null while all is well and always was
/// @param logTail the last lines of the child that died last
public record TrinoStatus(
        State state,
        @Nullable Long pid,
        int restarts,
        @Nullable URI uri,
        Instant since,
        @Nullable String message,
        List<String> logTail) {

    public enum State {
        STARTING,
        RUNNING,
        RESTARTING,
        STOPPED,
        DISABLED
    }

    public TrinoStatus {
        logTail = List.copyOf(logTail);
    }

    /// The status of a platform that was told to run without SQL.
    public static TrinoStatus disabled(Instant since) {
        return new TrinoStatus(State.DISABLED, null, 0, null, since, null, List.of());
    }
}
