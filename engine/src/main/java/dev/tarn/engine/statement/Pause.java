package dev.tarn.engine.statement;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// The wait between two tries of a request; an interrupt ends it early, and the loop around it has
/// its own bound.
final class Pause {
    private Pause() {}

    static void of(Duration duration) {
        LockSupport.parkNanos(duration.toNanos());
    }
}
