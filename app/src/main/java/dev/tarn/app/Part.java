package dev.tarn.app;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A part of the platform as it is now.
///
/// @param address where it answers, null if it does not
/// @param pid of its process
/// @param message what a person should know of it
public record Part(
        String name,
        State state,
        @Nullable String address,
        @Nullable Long pid,
        int restarts,
        Instant since,
        @Nullable String message) {

    public enum State {
        STARTING,
        RUNNING,
        RESTARTING,
        STOPPED,
        OFF
    }
}
