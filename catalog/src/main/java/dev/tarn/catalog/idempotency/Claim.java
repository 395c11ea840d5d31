package dev.tarn.catalog.idempotency;

import dev.tarn.store.Database;
import dev.tarn.store.Transaction;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The key of the request that this thread carries out, to be claimed by the transaction of its
/// change.
///
/// It travels as a scoped value, because only the route and the transaction know of it, and is
/// taken up on the thread of the request: the work itself may run on the thread of another, with
/// whose transaction it is grouped. A request makes one change; what it does afterwards claims
/// nothing.
public final class Claim {
    private static final ScopedValue<Claim> CURRENT = ScopedValue.newInstance();

    private static final String INSERT =
            "INSERT INTO idempotency_key (id, request, at_ms, status, body)"
                    + " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";

    /// Of a change, whose answer is made anew.
    static final int NO_STATUS = 0;

    private final @Nullable IdempotencyKey key;
    private final String fingerprint;
    private final long atMs;
    private boolean taken;

    private Claim(@Nullable IdempotencyKey key, String fingerprint, long atMs) {
        this.key = key;
        this.fingerprint = fingerprint;
        this.atMs = atMs;
    }

    static Claim of(IdempotencyKey key, String fingerprint, long atMs) {
        return new Claim(key, fingerprint, atMs);
    }

    /// That of this thread's request; it does nothing if the request has no key.
    public static Claim current() {
        return CURRENT.orElse(new Claim(null, "", 0));
    }

    <R> R during(Supplier<R> work) {
        return ScopedValue.where(CURRENT, this).call(work::get);
    }

    /// Runs `work` as [Database#write] does, and claims the key in the same transaction: first, so
    /// that a repetition elsewhere waits before it does anything.
    ///
    /// @param said from what the answer can be made again
    public static <T> T write(
            Database database, Function<Transaction, T> work, Function<T, String> said) {
        Claim claim = current();
        if (!claim.isOpen()) {
            return database.write(work);
        }
        T written =
                database.write(tx -> {
                    claim.insert(tx, "");
                    T result = work.apply(tx);
                    claim.say(tx, said.apply(result));
                    return result;
                });
        claim.taken();
        return written;
    }

    /// As [#write], for work that may lose a race: what comes back empty is rolled back.
    public static <T> Optional<T> attempt(
            Database database, Function<Transaction, Optional<T>> work, Function<T, String> said) {
        try {
            return Optional.of(
                    write(database, tx -> work.apply(tx).orElseThrow(LostRace::new), said));
        } catch (LostRace e) {
            return Optional.empty();
        }
    }

    private static final class LostRace extends RuntimeException {
        LostRace() {
            super("Another change came first", null, false, false);
        }
    }

    /// For changes that write their transaction themselves: `rows`, and then the claim. Say
    /// [#taken] when it is committed.
    public Consumer<Transaction> alongside(
            Consumer<Transaction> rows, Function<Transaction, String> said) {
        return isOpen()
                ? tx -> {
                    rows.accept(tx);
                    insert(tx, said.apply(tx));
                }
                : rows;
    }

    /// The transaction that claimed the key is committed.
    public void taken() {
        taken = true;
    }

    boolean isTaken() {
        return taken;
    }

    private boolean isOpen() {
        return key != null && !taken;
    }

    private void insert(Transaction tx, String said) {
        if (!insert(tx, NO_STATUS, said)) {
            throw new KeyTakenException(id());
        }
    }

    /// False if the key is taken.
    boolean insert(Transaction tx, int status, String body) {
        return tx.update(INSERT, id(), fingerprint, atMs, status, body) == 1;
    }

    private void say(Transaction tx, String said) {
        if (!said.isEmpty()) {
            tx.update("UPDATE idempotency_key SET body = ? WHERE id = ?", said, id());
        }
    }

    private String id() {
        if (key == null) {
            throw new IllegalStateException("A request without a key claims none");
        }
        return key.text();
    }
}
