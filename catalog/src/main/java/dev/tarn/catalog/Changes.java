package dev.tarn.catalog;

import dev.tarn.catalog.idempotency.Claim;
import dev.tarn.store.Database;
import dev.tarn.store.OutcomeUnknownException;
import dev.tarn.store.Transaction;
import java.util.Optional;
import java.util.function.Function;
import org.apache.iceberg.exceptions.CommitStateUnknownException;

/// Changes that are rows alone: nothing is left to decide if their outcome is unknown. Each claims
/// the key of its request, if that has one.
public final class Changes {
    private Changes() {}

    /// @throws CommitStateUnknownException if it cannot be told whether the change took effect
    public static <T> T write(Database database, Function<Transaction, T> work) {
        return write(database, work, result -> "");
    }

    /// @param said from what a repeated request can be answered again
    public static <T> T write(
            Database database, Function<Transaction, T> work, Function<T, String> said) {
        try {
            return Claim.write(database, work, said);
        } catch (OutcomeUnknownException e) {
            throw new CommitStateUnknownException(e);
        }
    }

    /// As [#write], for work that may lose a race: what comes back empty is rolled back.
    public static <T> Optional<T> attempt(
            Database database, Function<Transaction, Optional<T>> work, Function<T, String> said) {
        try {
            return Claim.attempt(database, work, said);
        } catch (OutcomeUnknownException e) {
            throw new CommitStateUnknownException(e);
        }
    }
}
