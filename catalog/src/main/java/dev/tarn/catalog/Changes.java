package dev.tarn.catalog;

import dev.tarn.store.Database;
import dev.tarn.store.OutcomeUnknownException;
import dev.tarn.store.Transaction;
import java.util.function.Function;
import org.apache.iceberg.exceptions.CommitStateUnknownException;

/// Changes that are rows alone: nothing is left to decide if their outcome is unknown.
public final class Changes {
    private Changes() {}

    /// @throws CommitStateUnknownException if it cannot be told whether the change took effect
    public static <T> T write(Database database, Function<Transaction, T> work) {
        try {
            return database.write(work);
        } catch (OutcomeUnknownException e) {
            throw new CommitStateUnknownException(e);
        }
    }
}
