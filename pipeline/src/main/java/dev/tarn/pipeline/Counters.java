package dev.tarn.pipeline;

import dev.tarn.pipeline.source.Lag;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// What a run counts, for those who look on. The run's thread alone writes.
@SuppressWarnings("NonAtomicVolatileUpdate") // One thread writes; the others only look.
final class Counters {
    private static final long NANOS_PER_MILLI = 1_000_000;

    volatile String message = "starting";
    volatile long rows;
    volatile long rowsCommitted;
    volatile long rejected;
    volatile long bytesBehind;
    volatile long bytesHere;
    volatile long bytesTotal;
    volatile int filesDone;
    volatile int filesSkipped;
    volatile int filesTotal;
    volatile int snapshots;
    volatile long filesMerged;

    /// How often first rows were read anew that had been committed.
    int timesAnew;

    volatile Lag lag = Lag.UNKNOWN;

    /// What the readers say of themselves now.
    volatile List<String> readers = List.of();

    final List<String> notes = new CopyOnWriteArrayList<>();

    private volatile long readNanos;
    private volatile long writeNanos;
    private volatile long commitNanos;
    private volatile long lastCommitNanos;

    /// @param since of [System#nanoTime], when the reading began
    void hasRead(long since) {
        readNanos += System.nanoTime() - since;
    }

    void hasWritten(long since) {
        writeNanos += System.nanoTime() - since;
    }

    /// @param changed whether a table did; a commit of positions alone is no measure of others
    void hasCommitted(long since, boolean changed) {
        long nanos = System.nanoTime() - since;
        commitNanos += nanos;
        if (changed) {
            lastCommitNanos = nanos;
        }
    }

    /// @param files that were merged
    void hasMerged(long since, int files) {
        commitNanos += System.nanoTime() - since;
        filesMerged += files;
    }

    Spent spent() {
        return new Spent(
                readNanos / NANOS_PER_MILLI,
                writeNanos / NANOS_PER_MILLI,
                commitNanos / NANOS_PER_MILLI,
                lastCommitNanos / NANOS_PER_MILLI);
    }
}
