package dev.tarn.store;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A step that is done again and again by one of the processes that share a database, whichever
/// holds the lease.
///
///     wait ─▶ acquire ─▶ step, pause, step, …      renewed beside it, three times per duration
///       ▲                      │
///       └── lost or given back ┘
///
/// A step ends soon once [Lease#isHeld] is false, and fences what it writes by [Lease#require]. One
/// that throws is told in the log and done again after the pause.
public final class LeasedTask implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeasedTask.class);
    private static final int BEATS_PER_DURATION = 3;

    private final Leases leases;
    private final String name;
    private final Duration duration;
    private final Duration pause;
    private final Consumer<Lease> step;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread;
    private volatile Optional<Lease> current = Optional.empty();

    private LeasedTask(
            Leases leases, String name, Duration duration, Duration pause, Consumer<Lease> step) {
        this.leases = leases;
        this.name = name;
        this.duration = duration;
        this.pause = pause;
        this.step = step;
        this.thread = Thread.ofVirtual().name(name).unstarted(this::run);
    }

    /// @param duration how long a holder that is not heard of keeps others waiting
    /// @param pause between two steps
    public static LeasedTask start(
            Leases leases, String name, Duration duration, Duration pause, Consumer<Lease> step) {
        var task = new LeasedTask(leases, name, duration, pause, step);
        task.thread.start();
        return task;
    }

    private void run() {
        // Ends when it is closed.
        while (!isStopped()) {
            try {
                Optional<Lease> lease = leases.acquire(name, duration);
                if (lease.isPresent()) {
                    work(lease.get());
                }
            } catch (StoreException | OutcomeUnknownException e) {
                // What was taken without knowing is given up by all after its duration.
                LOG.warn("lease={} not reachable", name, e);
            }
            await(stopped, beat());
        }
    }

    private void work(Lease lease) {
        var done = new CountDownLatch(1);
        try (lease) {
            current = Optional.of(lease);
            Thread.ofVirtual().name(name + " lease").start(() -> renew(lease, done));
            // Ends when it is closed or another holds the lease.
            while (lease.isHeld() && !isStopped()) {
                runStep(lease);
                await(stopped, pause);
            }
        } finally {
            current = Optional.empty();
            done.countDown();
        }
    }

    private void runStep(Lease lease) {
        try {
            step.accept(lease);
        } catch (LeaseLostException e) {
            LOG.info("lease={} epoch={} lost", name, lease.epoch());
        } catch (RuntimeException e) {
            LOG.warn("lease={} step not done", name, e);
        }
    }

    private void renew(Lease lease, CountDownLatch done) {
        while (!await(done, beat())) {
            try {
                if (!lease.renew()) {
                    return;
                }
            } catch (StoreException | OutcomeUnknownException e) {
                LOG.warn("lease={} not renewed", name, e);
            }
        }
    }

    private Duration beat() {
        return duration.dividedBy(BEATS_PER_DURATION);
    }

    private boolean isStopped() {
        return stopped.getCount() == 0;
    }

    private static boolean await(CountDownLatch latch, Duration most) {
        try {
            return latch.await(most.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException("Nobody interrupts a leased task", e);
        }
    }

    /// Waits for the step under way and gives the work back.
    @Override
    public void close() {
        stopped.countDown();
        current.ifPresent(Lease::end);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
