package dev.tarn.catalog.table;

import dev.tarn.catalog.BusyException;
import dev.tarn.catalog.warehouse.Warehouse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.apache.iceberg.catalog.TableIdentifier;
import org.jspecify.annotations.Nullable;

/// One commit of a table at a time in this process, in the order they came.
///
/// Without lanes, of several commits that begin at once all but one write a file for nothing and
/// begin anew. Nothing relies on them: other processes know nothing of these lanes, and the
/// conditional swap of the pointer is what decides.
final class Lanes {
    private final int inLaneMax;
    private final Duration waitMax;
    private final Map<Key, Lane> lanes = new ConcurrentHashMap<>();

    /// @param inLaneMax commits of one table that may wait or be under way
    /// @param waitMax after which a commit is refused that has not begun
    Lanes(int inLaneMax, Duration waitMax) {
        this.inLaneMax = inLaneMax;
        this.waitMax = waitMax;
    }

    private record Key(String warehouse, TableIdentifier table) {}

    /// `users` hold the lock or wait for it; the count is touched inside `compute` alone.
    private static final class Lane {
        private final ReentrantLock lock = new ReentrantLock(true);
        private int users;
    }

    /// Runs `commit` when no other commit of these tables runs.
    ///
    /// @throws BusyException if too many wait already, or for too long; `commit` did not run
    <T> T in(Warehouse warehouse, Collection<TableIdentifier> tables, Supplier<T> commit) {
        // In one order, so that two transactions never wait for each other.
        List<Key> ordered =
                tables.stream()
                        .distinct()
                        .sorted(Comparator.comparing(TableIdentifier::toString))
                        .map(table -> new Key(warehouse.id(), table))
                        .toList();
        Deque<Key> held = new ArrayDeque<>();
        try {
            long deadline = System.nanoTime() + waitMax.toNanos();
            for (Key key : ordered) {
                enter(key, deadline);
                held.push(key);
            }
            return commit.get();
        } finally {
            held.forEach(this::leave);
        }
    }

    private void enter(Key key, long deadline) {
        Lane lane =
                lanes.compute(
                        key,
                        (k, known) -> {
                            Lane joined = known == null ? new Lane() : known;
                            if (joined.users >= inLaneMax) {
                                throw new BusyException(
                                        "Too many commits to %s at once, expected at most %s"
                                                .formatted(key.table(), inLaneMax));
                            }
                            joined.users++;
                            return joined;
                        });
        if (!acquire(lane.lock, deadline - System.nanoTime())) {
            lanes.compute(key, (k, joined) -> without(joined));
            throw new BusyException(
                    "Commit to %s waited for others for more than %s"
                            .formatted(key.table(), waitMax));
        }
    }

    private static boolean acquire(ReentrantLock lock, long nanos) {
        try {
            return lock.tryLock(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void leave(Key key) {
        lanes.compute(
                key,
                (k, lane) -> {
                    if (lane != null) {
                        lane.lock.unlock();
                    }
                    return without(lane);
                });
    }

    /// The lane with one user less; none if nobody is left.
    private static @Nullable Lane without(@Nullable Lane lane) {
        if (lane != null) {
            lane.users--;
        }
        return lane == null || lane.users == 0 ? null : lane;
    }

    /// How many tables somebody commits to.
    int size() {
        return lanes.size();
    }
}
