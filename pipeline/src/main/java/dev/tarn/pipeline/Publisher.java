package dev.tarn.pipeline;

import dev.tarn.pipeline.sink.Written;
import dev.tarn.store.Transaction;
import java.util.SequencedMap;
import java.util.function.Consumer;

/// Makes what a run has written part of its tables, and its positions part of the ledger: both, or
/// after a crash and a restart both, or neither.
///
/// ```
/// AtOnce          one transaction: each table's new metadata, the ledger
/// TableByTable    1  ledger: positions, and what each table is going to get
///                 2  each table: a snapshot that carries the id of this commit
///                 3  ledger: it is done
///                 a run that begins does 2 and 3 for what it finds, before anything else
/// ```
sealed interface Publisher permits AtOnce, TableByTable {

    /// A commit of a run.
    ///
    /// @param files by table
    /// @param save changes the ledger; refuses if another run has taken over
    record Commit(
            long epoch,
            long sequence,
            SequencedMap<Target, Written> files,
            Consumer<Transaction> save) {

        /// Deletes the files: surely nobody knows them.
        void discard() {
            files.forEach(Target::delete);
        }
    }

    /// Commits. Where surely nothing took effect the files are deleted.
    void publish(Commit commit);

    /// Ends what a run before this one has begun.
    ///
    /// @param epoch of this run
    void recover(long epoch);
}
