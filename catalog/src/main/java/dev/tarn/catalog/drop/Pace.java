package dev.tarn.catalog.drop;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Holds purges to a rate at which requests do not feel them.
final class Pace {
    static final int FILES_PER_SECOND_MAX = 2_000;

    private static final long NANOS_PER_FILE = TimeUnit.SECONDS.toNanos(1) / FILES_PER_SECOND_MAX;

    /// Waits as long as so many files have to take.
    void spend(int files) {
        long end = System.nanoTime() + files * NANOS_PER_FILE;
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
