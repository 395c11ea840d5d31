package dev.tarn.store;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Groups the work of concurrent callers into one transaction, so that many share one fsync.
///
/// Whoever gets the lock runs everything that waits, each piece in a savepoint of its own; while it
/// commits, the next group gathers. Work that throws is undone alone. There is no thread of its
/// own.
final class SqliteWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SqliteWriter.class);
    private static final int GROUP_MAX = 64;

    private final Path file;
    private final boolean fsync;
    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Piece<?>> waiting = new ConcurrentLinkedQueue<>();
    private @Nullable SqliteConnection connection;
    private boolean closed;

    SqliteWriter(Path file, boolean fsync) {
        this.file = file;
        this.fsync = fsync;
        this.connection = SqliteConnection.open(file, true, fsync);
    }

    <T> T write(Function<Transaction, T> work) {
        if (lock.isHeldByCurrentThread()) {
            throw new IllegalStateException("A transaction is open already, they do not nest");
        }
        var piece = new Piece<>(work);
        waiting.add(piece);
        lock.lock();
        try {
            // Ends: each round takes at least one piece, and ours was added before.
            while (!piece.done) {
                runGroup();
            }
        } finally {
            lock.unlock();
        }
        return piece.result();
    }

    private void runGroup() {
        List<Piece<?>> group = new ArrayList<>();
        for (Piece<?> next = waiting.poll(); next != null; next = waiting.poll()) {
            group.add(next);
            if (group.size() == GROUP_MAX) {
                break;
            }
        }
        try {
            SQLException refused = runTogether(group);
            if (refused == null) {
                return;
            }
            // A constraint checked at the end may be the fault of one: find it by trying each
            // alone.
            for (Piece<?> piece : group) {
                SQLException alone = group.size() == 1 ? refused : runTogether(List.of(piece));
                if (alone != null) {
                    piece.fail(new StoreException("Cannot commit: " + alone.getMessage(), alone));
                }
            }
        } finally {
            group.forEach(piece -> piece.done = true);
        }
    }

    /// Returns why the commit was refused, if it surely was; null if every piece has its outcome.
    private @Nullable SQLException runTogether(List<Piece<?>> group) {
        SqliteConnection open;
        try {
            open = connection();
            open.run("BEGIN IMMEDIATE");
        } catch (SQLException | StoreException e) {
            var failure =
                    new StoreException("Cannot write %s: %s".formatted(file, e.getMessage()), e);
            group.forEach(piece -> piece.fail(failure));
            return null;
        }
        try {
            for (Piece<?> piece : group) {
                open.run("SAVEPOINT piece");
                if (!piece.run(open)) {
                    open.run("ROLLBACK TO piece");
                }
                open.run("RELEASE piece");
            }
        } catch (SQLException e) {
            // Some errors, a full disk among them, end the whole transaction.
            abandon();
            group.forEach(p -> p.fail(new StoreException("Cannot write: " + e.getMessage(), e)));
            return null;
        }
        return commit(open, group);
    }

    private @Nullable SQLException commit(SqliteConnection open, List<Piece<?>> group) {
        try {
            open.run("COMMIT");
            return null;
        } catch (SQLException e) {
            abandon();
            if (Dialect.SQLITE.surelyRolledBack(e)) {
                return e;
            }
            var unknown =
                    new OutcomeUnknownException("Cannot tell whether the commit took effect", e);
            group.forEach(piece -> piece.failUnlessFailed(unknown));
            return null;
        }
    }

    private SqliteConnection connection() {
        if (closed) {
            throw new IllegalStateException("The database is closed");
        }
        SqliteConnection open = connection;
        if (open == null) {
            open = SqliteConnection.open(file, true, fsync);
            connection = open;
        }
        return open;
    }

    /// Closing rolls back whatever is open. Who waits is told what became of the transaction, not
    /// of the connection.
    private void abandon() {
        SqliteConnection open = connection;
        connection = null;
        if (open != null) {
            try {
                open.close();
            } catch (StoreException e) {
                LOG.warn("connection not closed file={}", file, e);
            }
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            abandon();
        } finally {
            lock.unlock();
        }
    }

    /// One caller's work and its outcome; the lock guards all but the work.
    private static final class Piece<T> {
        private final Function<Transaction, T> work;
        private boolean done;
        private @Nullable Outcome<T> outcome;

        Piece(Function<Transaction, T> work) {
            this.work = work;
        }

        boolean run(Transaction transaction) {
            try {
                outcome = new Value<>(work.apply(transaction));
                return true;
            } catch (RuntimeException | Error e) {
                outcome = new Failure<>(e);
                return false;
            }
        }

        void fail(Throwable cause) {
            outcome = new Failure<>(cause);
        }

        void failUnlessFailed(Throwable cause) {
            if (!(outcome instanceof Failure<T>)) {
                fail(cause);
            }
        }

        T result() {
            return switch (outcome) {
                case Value<T>(var value) -> value;
                case Failure<T>(RuntimeException e) -> throw e;
                case Failure<T>(Error e) -> throw e;
                case Failure<T>(var e) -> throw new IllegalStateException(e);
                case null -> throw new IllegalStateException("Work without outcome");
            };
        }
    }

    private sealed interface Outcome<T> {}

    private record Value<T>(T value) implements Outcome<T> {}

    private record Failure<T>(Throwable cause) implements Outcome<T> {}
}
