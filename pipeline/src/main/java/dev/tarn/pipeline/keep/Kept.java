package dev.tarn.pipeline.keep;

import dev.tarn.pipeline.Spent;
import dev.tarn.pipeline.source.Lag;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A pipeline that the server keeps, as it was a moment ago.
///
/// @param file the name of the job file
/// @param folder what relative paths in it are relative to
/// @param message of its state, for people
/// @param rows committed by the present run, or the last one
/// @param rowsPerSecond of that run
/// @param spent what the time of that run goes into
/// @param due when it is tried again; null unless it is failing
public record Kept(
        String name,
        String job,
        String file,
        String folder,
        Map<String, String> variables,
        State state,
        String message,
        long rows,
        long rejected,
        long rowsPerSecond,
        Lag lag,
        Spent spent,
        Instant changed,
        @Nullable Instant due) {

    /// Where a pipeline is in its life.
    public enum State {
        WAITING,
        RUNNING,
        FAILING,
        PAUSED,
        FINISHED
    }

    public Kept {
        variables = Map.copyOf(variables);
    }
}
