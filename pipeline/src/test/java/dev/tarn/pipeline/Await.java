package dev.tarn.pipeline;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Waits for what happens elsewhere.
public final class Await {
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(30);

    private Await() {}

    /// @param what is waited for, as a failure names it
    /// @throws AssertionError if it is not there after half a minute
    public static void until(String what, BooleanSupplier there) {
        long begin = System.nanoTime();
        while (!there.getAsBoolean()) { // ends: it waits half a minute at most
            if (System.nanoTime() - begin > LONGEST_NANOS) {
                throw new AssertionError("Not there after half a minute: " + what);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
