package dev.tarn.pipeline;

import dev.tarn.storage.ObjectStore;
import dev.tarn.storage.StorageException;
import dev.tarn.store.Database;
import dev.tarn.store.Migration;
import dev.tarn.store.OutcomeUnknownException;
import dev.tarn.store.StoreException;
import dev.tarn.store.Transaction;
import java.util.List;
import java.util.function.Function;

/// Breaks the n-th write to rows or bytes, before it takes effect or after.
final class Breaking implements FirstRows.Breakable {
    enum Moment {
        BEFORE,
        AFTER
    }

    private final Moment moment;
    private int left = Integer.MAX_VALUE;
    private boolean broke;

    Breaking(Moment moment) {
        this.moment = moment;
    }

    @Override
    public void at(int n) {
        left = n;
    }

    @Override
    public boolean broke() {
        return broke;
    }

    private boolean now(Moment here) {
        if (here == Moment.BEFORE) {
            left--;
        }
        if (left == 0 && here == moment) {
            broke = true;
            left = here == Moment.BEFORE ? 0 : -1;
            return true;
        }
        return false;
    }

    Database rows(Database inner) {
        return new Database() {
            @Override
            public <T> T read(Function<Transaction, T> work) {
                return inner.read(work);
            }

            @Override
            public <T> T write(Function<Transaction, T> work) {
                if (now(Moment.BEFORE)) {
                    throw new StoreException("broken", new IllegalStateException());
                }
                T result = inner.write(work);
                if (now(Moment.AFTER)) {
                    throw new OutcomeUnknownException("broken", new IllegalStateException());
                }
                return result;
            }

            @Override
            public void migrate(String component, List<Migration> migrations) {
                inner.migrate(component, migrations);
            }

            @Override
            public boolean reachable() {
                return inner.reachable();
            }

            @Override
            public void close() {
                inner.close();
            }
        };
    }

    ObjectStore bytes(ObjectStore inner) {
        return new WatchedStore(inner, _ -> check(Moment.BEFORE), _ -> check(Moment.AFTER));
    }

    private void check(Moment here) {
        if (now(here)) {
            throw new StorageException("broken");
        }
    }
}
