package dev.tarn.catalog.idempotency;

import dev.tarn.store.Database;
import dev.tarn.store.OutcomeUnknownException;
import dev.tarn.store.Row;
import dev.tarn.store.StoreException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries out each request once, however often it comes with the same key.
public final class IdempotencyKeys implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IdempotencyKeys.class);

    /// How long a client may come back with a key.
    public static final Duration LIFETIME = Duration.ofMinutes(30);

    /// For clocks that differ and a last retry that took long.
    private static final Duration GRACE = Duration.ofMinutes(5);

    private static final Duration EXPIRY_INTERVAL = Duration.ofMinutes(1);
    private static final int EXPIRY_ROWS = 1_000;
    private static final Duration WAIT_MAX = Duration.ofSeconds(60);

    private final Database database;
    private final InstantSource clock;
    private final Turns turns = new Turns(WAIT_MAX);
    private final AtomicLong expiryDueMs;
    private volatile @Nullable Thread expiry;
    private volatile boolean closed;

    public IdempotencyKeys(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
        this.expiryDueMs = new AtomicLong(clock.millis() + EXPIRY_INTERVAL.toMillis());
    }

    /// Runs `request`, or makes its result again if it ended before.
    ///
    /// @throws BadRequestException if the key came with another request
    public <R> R once(IdempotencyKey key, Repeatable<R> request) {
        String fingerprint = request.fingerprint();
        try (var _ = turns.take(key)) {
            Optional<Ending> ended = find(key, fingerprint);
            return ended.isPresent()
                    ? request.replay(ended.get())
                    : run(Claim.of(key, fingerprint, clock.millis()), key, fingerprint, request);
        } finally {
            expireIfDue();
        }
    }

    private <R> R run(Claim claim, IdempotencyKey key, String fingerprint, Repeatable<R> request) {
        R result;
        try {
            result = claim.during(request::run);
        } catch (KeyTakenException e) {
            return request.replay(find(key, fingerprint).orElseThrow(() -> e));
        } catch (CommitStateUnknownException | OutcomeUnknownException e) {
            return request.replay(findAfter(e, key, fingerprint));
        }
        return claim.isTaken() ? result : settle(claim, key, fingerprint, request, result);
    }

    /// The key stands where the change stands: if it is there, the outcome is known after all.
    private Ending findAfter(RuntimeException unknown, IdempotencyKey key, String fingerprint) {
        try {
            return find(key, fingerprint).orElseThrow(() -> unknown);
        } catch (StoreException e) {
            unknown.addSuppressed(e);
            throw unknown;
        }
    }

    /// Keeps the answer to a request that changed nothing, unless the same request took effect
    /// elsewhere meanwhile: then that is what happened.
    private <R> R settle(
            Claim claim, IdempotencyKey key, String fingerprint, Repeatable<R> request, R result) {
        Optional<Ending.Answer> answer = request.keep(result);
        if (answer.isEmpty()) {
            return result;
        }
        boolean kept;
        try {
            kept =
                    database.write(
                            tx -> claim.insert(tx, answer.get().status(), answer.get().body()));
        } catch (OutcomeUnknownException e) {
            kept = false;
        }
        return kept ? result : find(key, fingerprint).map(request::replay).orElse(result);
    }

    private Optional<Ending> find(IdempotencyKey key, String fingerprint) {
        Optional<Kept> kept =
                database.read(tx ->
                        tx.queryOne(
                                "SELECT request, status, body FROM idempotency_key WHERE id = ?",
                                Kept::of,
                                key.text()));
        kept.ifPresent(found -> {
            if (!found.fingerprint().equals(fingerprint)) {
                throw new BadRequestException(
                        "Idempotency-Key belongs to another request: %s", key.text());
            }
        });
        return kept.map(Kept::ending);
    }

    private record Kept(String fingerprint, Ending ending) {
        static Kept of(Row row) {
            int status = Math.toIntExact(row.number(2));
            return new Kept(
                    row.string(1),
                    status == Claim.NO_STATUS
                            ? new Ending.Change(row.string(3))
                            : new Ending.Answer(status, row.string(3)));
        }
    }

    /// Now and then whoever comes with a key sets the removal of old ones going; nobody waits for
    /// it.
    private void expireIfDue() {
        long due = expiryDueMs.get();
        long now = clock.millis();
        if (now >= due && expiryDueMs.compareAndSet(due, now + EXPIRY_INTERVAL.toMillis())) {
            expiry = Thread.ofVirtual().name("idempotency-keys").start(this::expire);
        }
    }

    /// Removes the keys that no client may come back with, in small transactions.
    public void expire() {
        long before = clock.millis() - LIFETIME.plus(GRACE).toMillis();
        try {
            // Ends: each round removes rows that are old, and none becomes old meanwhile.
            boolean more;
            do {
                more = removeOlder(before) == EXPIRY_ROWS;
            } while (more && !closed);
        } catch (StoreException | OutcomeUnknownException e) {
            LOG.warn("idempotency keys stay a minute longer", e);
        }
    }

    private int removeOlder(long beforeMs) {
        return database.write(tx ->
                tx.update(
                        "DELETE FROM idempotency_key WHERE id IN (SELECT id FROM idempotency_key"
                                + " WHERE at_ms < ? ORDER BY at_ms LIMIT ?)",
                        beforeMs,
                        EXPIRY_ROWS));
    }

    /// Waits for a removal under way; the database closes after this.
    @Override
    public void close() {
        closed = true;
        Thread running = expiry;
        if (running != null) {
            try {
                running.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
