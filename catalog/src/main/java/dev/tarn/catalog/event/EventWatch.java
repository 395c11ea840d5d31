package dev.tarn.catalog.event;

import dev.tarn.store.StoreException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Wakes those who wait for events. However many wait in this process, one of them looks for all, a
/// few times per second; if nobody waits, nobody looks.
public final class EventWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventWatch.class);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Events events;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long newest;
    private boolean led;
    private boolean closed;

    public EventWatch(Events events) {
        this.events = events;
    }

    /// Waits until there is an event after `cursor`, at most `most`. False if there is none.
    public boolean await(long cursor, Duration most) throws InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        lock.lockInterruptibly();
        try {
            // Ends when the time is over, or the watch is closed.
            while (newest <= cursor && !closed) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                if (led) {
                    changed.awaitNanos(left);
                } else {
                    lead(cursor, Math.min(left, LOOK_NANOS));
                }
            }
            return newest > cursor;
        } finally {
            lock.unlock();
        }
    }

    /// Looks for everybody, and naps until the next look. Whoever wakes up after it goes on.
    private void lead(long cursor, long napNanos) throws InterruptedException {
        led = true;
        try {
            long seen = look();
            if (seen > newest) {
                newest = seen;
                changed.signalAll();
            }
            long left = napNanos;
            while (newest <= cursor && !closed && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            led = false;
            changed.signal();
        }
    }

    /// Without the lock: the others go on arriving.
    private long look() {
        lock.unlock();
        try {
            return events.newest();
        } catch (StoreException e) {
            LOG.debug("events not reachable", e);
            return 0;
        } finally {
            lock.lock();
        }
    }

    public boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /// Nobody waits any longer.
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
