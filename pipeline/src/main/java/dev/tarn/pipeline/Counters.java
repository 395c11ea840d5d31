package dev.tarn.pipeline;

import dev.tarn.pipeline.source.Lag;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// What a run counts, for those who look on. The run's thread alone writes.
final class Counters {
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
    volatile Lag lag = Lag.UNKNOWN;

    /// What the readers say of themselves now.
    volatile List<String> readers = List.of();

    final List<String> notes = new CopyOnWriteArrayList<>();
}
