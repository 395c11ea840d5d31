package dev.tarn.catalog.planning;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One plan in the making, in a thread of its own, so that whoever waits for it may go away and
/// come again.
final class PlanRun {
    private static final int BYTES = 1 << 10;

    private final Instant started;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean underWay = true;
    private volatile boolean unwanted;
    private volatile @Nullable ScanTasks tasks;
    private volatile @Nullable RuntimeException failure;

    private PlanRun(Instant started) {
        this.started = started;
    }

    /// @param work is given something to ask now and then whether to stop
    /// @param housekeeping is done when the result is there, before anybody gets it
    static PlanRun start(
            Instant now, Function<BooleanSupplier, ScanTasks> work, Runnable housekeeping) {
        var run = new PlanRun(now);
        Thread.ofVirtual().name("plan").start(() -> run.run(work, housekeeping));
        return run;
    }

    private void run(Function<BooleanSupplier, ScanTasks> work, Runnable housekeeping) {
        try {
            tasks = work.apply(() -> unwanted);
        } catch (RuntimeException e) {
            failure = e;
        } finally {
            underWay = false;
            housekeeping.run();
            ended.countDown();
        }
    }

    Instant started() {
        return started;
    }

    boolean isUnderWay() {
        return underWay;
    }

    /// About how much memory the result takes.
    long heldBytes() {
        return BYTES + (tasks == null ? 0 : tasks.heldBytes());
    }

    /// Lets it end soon, without a result.
    void abandon() {
        unwanted = true;
    }

    boolean endsWithin(Duration wait) {
        try {
            return ended.await(wait.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while planning", e);
        }
    }

    /// Waits for the end, however long that takes.
    Plan result(PlanId id) {
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while planning", e);
        }
        if (unwanted) {
            // It may have ended early.
            return new Plan.Cancelled();
        }
        if (tasks != null) {
            return new Plan.Completed(id.text(), tasks);
        }
        return new Plan.Failed(
                failure != null
                        ? failure
                        : new IllegalStateException("Planning ended without a result"));
    }
}
