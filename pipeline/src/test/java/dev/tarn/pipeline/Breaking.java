package dev.tarn.pipeline;

import dev.tarn.storage.Condition;
import dev.tarn.storage.Location;
import dev.tarn.storage.ObjectInfo;
import dev.tarn.storage.ObjectReader;
import dev.tarn.storage.ObjectStore;
import dev.tarn.storage.ObjectWriter;
import dev.tarn.storage.StorageException;
import dev.tarn.store.Database;
import dev.tarn.store.Migration;
import dev.tarn.store.OutcomeUnknownException;
import dev.tarn.store.StoreException;
import dev.tarn.store.Transaction;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/// Breaks the n-th write to rows or bytes, before it takes effect or after.
final class Breaking {
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

    void at(int n) {
        left = n;
    }

    boolean broke() {
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
        return new ObjectStore() {
            @Override
            public Optional<ObjectInfo> find(Location location) {
                return inner.find(location);
            }

            @Override
            public byte[] read(Location location) {
                return inner.read(location);
            }

            @Override
            public ObjectReader open(Location location) {
                return inner.open(location);
            }

            @Override
            public ObjectInfo write(Location location, byte[] content, Condition condition) {
                check(Moment.BEFORE);
                ObjectInfo info = inner.write(location, content, condition);
                check(Moment.AFTER);
                return info;
            }

            @Override
            public ObjectWriter create(Location location, Condition condition) {
                check(Moment.BEFORE);
                ObjectWriter writer = inner.create(location, condition);
                check(Moment.AFTER);
                return writer;
            }

            private void check(Moment here) {
                if (now(here)) {
                    throw new StorageException("broken");
                }
            }

            @Override
            public void delete(Location location) {
                inner.delete(location);
            }

            @Override
            public void deleteAll(Collection<Location> locations) {
                inner.deleteAll(locations);
            }

            @Override
            public Stream<ObjectInfo> list(Location prefix) {
                return inner.list(prefix);
            }

            @Override
            public void close() {
                inner.close();
            }
        };
    }
}
