package dev.tarn.app.webhook;

import dev.tarn.store.Database;
import dev.tarn.store.Migration;
import dev.tarn.store.Transaction;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;

/// The database of a process that can be made to stand still, as one that is suspended does: its
/// calls wait until it goes on.
final class FrozenDatabase implements Database {
    private final Database database;
    private volatile CountDownLatch frozen = new CountDownLatch(0);

    FrozenDatabase(Database database) {
        this.database = database;
    }

    void freeze() {
        frozen = new CountDownLatch(1);
    }

    void thaw() {
        frozen.countDown();
    }

    private Database awake() {
        try {
            frozen.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return database;
    }

    @Override
    public <T> T read(Function<Transaction, T> work) {
        return awake().read(work);
    }

    @Override
    public <T> T write(Function<Transaction, T> work) {
        return awake().write(work);
    }

    @Override
    public void migrate(String component, List<Migration> migrations) {
        awake().migrate(component, migrations);
    }

    @Override
    public boolean reachable() {
        return awake().reachable();
    }

    /// It belongs to another.
    @Override
    public void close() {
        thaw();
    }
}
