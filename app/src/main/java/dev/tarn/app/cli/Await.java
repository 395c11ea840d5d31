package dev.tarn.app.cli;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Looks again and again until something holds or the time is over.
final class Await {
    private static final Duration PAUSE = Duration.ofMillis(20);

    private Await() {}

    /// Whether it held in time.
    static boolean until(Duration deadline, BooleanSupplier condition) {
        return until(deadline, PAUSE, condition);
    }

    static void pause(Duration duration) {
        LockSupport.parkNanos(duration.toNanos());
    }

    static boolean until(Duration deadline, Duration pause, BooleanSupplier condition) {
        long end = System.nanoTime() + deadline.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                return false;
            }
            pause(pause);
        }
        return true;
    }
}
