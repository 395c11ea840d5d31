package dev.tarn.storage.vending;

import java.time.Duration;
import java.time.Instant;

/// How long keys live, and how long the same ones are given to all who ask.
///
/// Time is cut into windows of a quarter of a life. Whoever asks at `t` gets keys that began with
/// the window of `t` and live one life from there: never less than three quarters of a life, and
/// everyone in a window the same. With the standard life of 1 h: a window of 15 min, and keys that
/// live 45 to 60 min when they are given. The windows of different scopes begin at different
/// moments, so that the answers of all tables are not made anew at once.
public record Lifetime(Duration life) {
    private static final int WINDOWS_PER_LIFE = 4;

    public Lifetime {
        if (life.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("Keys must live a second or more, found " + life);
        }
    }

    /// @param expires of keys given in this window
    record Window(Instant end, Instant expires) {}

    Window window(Scope scope, Instant now) {
        long window = life.toMillis() / WINDOWS_PER_LIFE;
        // of the names and nothing else, because all replicas must come to the same
        long shift = Math.floorMod(scope.folders().toString().hashCode(), window);
        long start = Math.floorDiv(now.toEpochMilli() - shift, window) * window + shift;
        Instant begin = Instant.ofEpochMilli(start);
        return new Window(begin.plusMillis(window), begin.plus(life));
    }
}
