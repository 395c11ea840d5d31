package dev.tarn.store;

import java.util.List;
import java.util.function.Function;

/// The rows of one installation.
public interface Database extends AutoCloseable {

    /// Runs `work` in a read-only transaction that sees one state.
    <T> T read(Function<Transaction, T> work);

    /// As [#read], for work of a single statement: it sees one state by itself, and goes without
    /// the statements that begin and end a transaction.
    default <T> T readOne(Function<Transaction, T> work) {
        return read(work);
    }

    /// Runs `work` in a transaction and commits it, or rolls it back if `work` throws. May be
    /// committed together with the work of other callers, each isolated by a savepoint. May run
    /// `work` again where the database gave it up for others, as after a deadlock.
    ///
    /// @throws StoreException if nothing took effect
    /// @throws OutcomeUnknownException if it cannot be told
    <T> T write(Function<Transaction, T> work);

    /// Brings the tables of `component` up to the last of `migrations`. Safe when several processes
    /// start at once.
    ///
    /// @throws IllegalStateException if the schema is newer than `migrations`, or a step was edited
    void migrate(String component, List<Migration> migrations);

    /// Whether each statement travels to another process: then one for many saves all but one way.
    default boolean remote() {
        return false;
    }

    /// Whether a statement can be answered now.
    boolean reachable();

    @Override
    void close();
}
