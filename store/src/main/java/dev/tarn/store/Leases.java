package dev.tarn.store;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Work that must run once among the processes that share a database.
///
///     leases.acquire("purges", duration)     epoch 7, if nobody is heard of
///     lease.renew()                          while it works
///     database.write(tx -> {
///         …
///         lease.require(tx);                 refused once somebody holds epoch 8
///     });
///     lease.close()
///
/// The rows hold no time: whoever wants a lease watches for its own duration whether the holder
/// renews it. Clocks that differ between machines cost nothing then, and a clock that jumps moves
/// the work, never doubles it.
public final class Leases {
    private static final List<Migration> MIGRATIONS =
            List.of(
                    new Migration(
                            1,
                            "leases",
                            """
                            CREATE TABLE lease (
                              name ${text} PRIMARY KEY,
                              epoch BIGINT NOT NULL,
                              beat BIGINT NOT NULL,
                              holder ${text});
                            """));

    private final Database database;
    private final InstantSource clock;
    private final String replica;
    private final boolean alone;
    private final Map<String, Seen> seen = new ConcurrentHashMap<>();

    private Leases(Database database, InstantSource clock, String replica, boolean alone) {
        this.database = database;
        this.clock = clock;
        this.replica = replica;
        this.alone = alone;
        database.migrate("lease", MIGRATIONS);
    }

    /// Of one among several processes.
    ///
    /// @param replica unlike that of every other process, now and earlier
    public static Leases ofReplica(Database database, InstantSource clock, String replica) {
        return new Leases(database, clock, replica, false);
    }

    /// Of the only process: what a process before it held is free at once.
    ///
    /// @param replica unlike that of every earlier process
    public static Leases ofOnlyProcess(Database database, InstantSource clock, String replica) {
        return new Leases(database, clock, replica, true);
    }

    /// Takes the work if nobody has it. To be asked again and again: a holder is given up when no
    /// sign of it was seen for `duration`.
    public Optional<Lease> acquire(String name, Duration duration) {
        Optional<Held> held = database.read(tx -> find(tx, name));
        if (held.isPresent() && !isFree(name, held.get(), duration)) {
            return Optional.empty();
        }
        Optional<Lease> taken = database.write(tx -> take(tx, name, held.orElse(Held.NEVER)));
        seen.remove(name);
        return taken;
    }

    private static Optional<Held> find(Transaction tx, String name) {
        return tx.queryOne(
                "SELECT epoch, beat, holder FROM lease WHERE name = ?",
                row -> new Held(row.number(1), row.number(2), row.stringOrNull(3)),
                name);
    }

    private boolean isFree(String name, Held held, Duration duration) {
        if (held.holder() == null || (alone && !held.holder().equals(replica))) {
            return true;
        }
        Instant now = clock.instant();
        Seen last =
                seen.compute(
                        name,
                        (any, before) ->
                                before != null && before.held().equals(held)
                                        ? before
                                        : new Seen(held, now));
        return !last.since().plus(duration).isAfter(now);
    }

    private Optional<Lease> take(Transaction tx, String name, Held held) {
        // Waits for the transactions that the holder has fenced already.
        tx.lock(lock(name));
        tx.update(
                "INSERT INTO lease (name, epoch, beat) VALUES (?, 0, 0) ON CONFLICT DO NOTHING",
                name);
        int taken =
                tx.update(
                        "UPDATE lease SET epoch = epoch + 1, beat = 0, holder = ?"
                                + " WHERE name = ? AND epoch = ? AND beat = ?",
                        replica,
                        name,
                        held.epoch(),
                        held.beat());
        return taken == 1 ? Optional.of(new Lease(this, name, held.epoch() + 1)) : Optional.empty();
    }

    boolean renew(Lease lease) {
        return database.write(tx ->
                tx.update(
                        "UPDATE lease SET beat = beat + 1"
                                + " WHERE name = ? AND epoch = ? AND holder IS NOT NULL",
                        lease.name(),
                        lease.epoch()))
                == 1;
    }

    boolean isCurrent(Transaction tx, Lease lease) {
        tx.lockShared(lock(lease.name()));
        return find(tx, lease.name())
                .filter(held -> held.epoch() == lease.epoch() && held.holder() != null)
                .isPresent();
    }

    void release(Lease lease) {
        database.write(tx ->
                tx.update(
                        "UPDATE lease SET holder = NULL WHERE name = ? AND epoch = ?",
                        lease.name(),
                        lease.epoch()));
    }

    private static String lock(String name) {
        return "lease " + name;
    }

    /// @param beat counts the renewals of this epoch
    /// @param holder null if it was given back
    private record Held(long epoch, long beat, @Nullable String holder) {
        static final Held NEVER = new Held(0, 0, null);
    }

    /// @param since when it was first seen so
    private record Seen(Held held, Instant since) {}
}
