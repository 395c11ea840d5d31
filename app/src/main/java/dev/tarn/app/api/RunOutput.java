package dev.tarn.app.api;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// The lines a run prints, kept until they are fetched. A run that prints faster than it is read
/// waits; one that nobody reads loses its oldest lines.
final class RunOutput implements Consumer<String> {
    private static final int LINES_MAX = 2_000;
    private static final Duration READER_SILENT_MAX = Duration.ofSeconds(5);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition fetched = lock.newCondition();
    private final Deque<String> lines = new ArrayDeque<>();
    private long first;
    private boolean read = true;

    @Override
    public void accept(String line) {
        lock.lock();
        try {
            long left = READER_SILENT_MAX.toNanos();
            while (lines.size() >= LINES_MAX && read && left > 0) {
                left = fetched.awaitNanos(left);
            }
            if (lines.size() >= LINES_MAX) {
                read = false;
                lines.removeFirst();
                first++;
            }
            lines.addLast(line);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /// The lines from number `from` on; those before it are given up.
    List<String> from(long from) {
        lock.lock();
        try {
            while (first < from && !lines.isEmpty()) {
                lines.removeFirst();
                first++;
            }
            read = true;
            fetched.signalAll();
            return new ArrayList<>(lines);
        } finally {
            lock.unlock();
        }
    }

    /// The number of the first line that is kept.
    long first() {
        lock.lock();
        try {
            return first;
        } finally {
            lock.unlock();
        }
    }
}
