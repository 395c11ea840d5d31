package dev.tarn.store;

/// Work that this process does and no other, until another takes it over: because it was given
/// back, or because nothing was heard of its holder for too long.
///
/// A holder that was frozen does not know that it lost. So a transaction that writes what only the
/// holder may write asks [#require] and is refused by the row that its successor changed; no clock
/// is asked.
public final class Lease implements AutoCloseable {
    private final Leases leases;
    private final String name;
    private final long epoch;
    private volatile boolean held = true;

    Lease(Leases leases, String name, long epoch) {
        this.leases = leases;
        this.name = name;
        this.epoch = epoch;
    }

    public String name() {
        return name;
    }

    /// Larger with each holder of this name.
    public long epoch() {
        return epoch;
    }

    /// As far as this process knows. Good for ending work early, not for keeping two apart.
    public boolean isHeld() {
        return held;
    }

    /// Lets the others hear that the holder lives; call it several times per duration. False if the
    /// work is another's now.
    public boolean renew() {
        if (held && !leases.renew(this)) {
            held = false;
        }
        return held;
    }

    /// Fences a transaction. From here to its end nobody takes the work over, so call it last.
    ///
    /// @throws LeaseLostException if another has taken the work over, or it was given back
    public void require(Transaction tx) {
        if (!leases.isCurrent(tx, this)) {
            held = false;
            throw new LeaseLostException(
                    "Lease %s of epoch %s is held by another".formatted(name, epoch));
        }
    }

    /// Asks whoever works under this lease to come to an end; the lease is still held.
    void end() {
        held = false;
    }

    /// Gives the work back, so that another need not wait until the duration has passed.
    @Override
    public void close() {
        held = false;
        leases.release(this);
    }
}
