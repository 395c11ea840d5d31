package dev.tarn.catalog.drop;

import dev.tarn.catalog.Locations;
import dev.tarn.catalog.drop.PurgeRows.Due;
import dev.tarn.catalog.event.Events;
import dev.tarn.storage.ObjectStore;
import dev.tarn.store.Database;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Deals with what was dropped and whose time is over, one at a time in each process.
///
/// Several replicas may run this: a row is claimed, and a claim that is not renewed lapses.
final class Purges implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Purges.class);

    /// How often to look for what other replicas left; what this one drops is looked at at once.
    private static final Duration POLL = Duration.ofSeconds(15);

    private static final Duration CLOSE_MAX = Duration.ofSeconds(10);

    private final Database database;
    private final InstantSource clock;
    private final Purge.Tools tools;
    private final Semaphore news = new Semaphore(0);
    private volatile boolean closed;
    private @Nullable Thread thread;

    Purges(
            Database database,
            ObjectStore store,
            Locations locations,
            Events events,
            InstantSource clock) {
        this.database = database;
        this.clock = clock;
        this.tools =
                new Purge.Tools(
                        database, store, locations, events, clock, new Pace(), () -> closed);
    }

    void start() {
        thread = Thread.ofVirtual().name("purges").start(this::runUntilClosed);
    }

    /// There may be something to do.
    void wake() {
        news.release();
    }

    private void runUntilClosed() {
        while (!closed) { // ends when the catalog is closed
            try {
                runDue();
            } catch (RuntimeException e) {
                LOG.warn("purges wait", e);
            }
            try {
                news.tryAcquire(POLL.toMillis(), TimeUnit.MILLISECONDS);
                news.drainPermits();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /// Returns how many have ended. Those that fail are tried again later.
    int runDue() {
        int ended = 0;
        while (!closed) { // ends: what is claimed is not due any more
            Optional<Due> next = database.read(tx -> PurgeRows.next(tx, clock.instant()));
            if (next.isEmpty()) {
                return ended;
            }
            String claim = UUID.randomUUID().toString();
            boolean claimed =
                    database.write(tx ->
                            PurgeRows.claim(
                                    tx, next.get(), claim, clock.instant().plus(Purge.CLAIM)));
            if (claimed && new Purge(tools, next.get(), claim).run()) {
                ended++;
            }
        }
        return ended;
    }

    @Override
    public void close() {
        closed = true;
        wake();
        Thread running = thread;
        if (running != null) {
            try {
                running.join(CLOSE_MAX);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
