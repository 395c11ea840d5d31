package dev.tarn.store;

import java.util.function.Function;

/// The rows of one installation.
public interface Database extends AutoCloseable {

    /// Runs `work` in a read-only transaction that sees one state.
    <T> T read(Function<Transaction, T> work);

    /// Runs `work` in a transaction and commits it, or rolls it back if `work` throws. May be
    /// committed together with the work of other callers, each isolated by a savepoint.
    ///
    /// @throws StoreException if nothing took effect
    /// @throws OutcomeUnknownException if it cannot be told
    <T> T write(Function<Transaction, T> work);

    @Override
    void close();
}
