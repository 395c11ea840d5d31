package dev.tarn.catalog;

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
import dev.tarn.store.Row;
import dev.tarn.store.StoreException;
import dev.tarn.store.Transaction;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Writes down every call to rows and bytes, and breaks one of them on demand, before or after it
/// takes effect.
final class Calls {
    enum Moment {
        BEFORE,
        AFTER,

        /// It takes no effect, and whoever commits is not told so.
        LOST
    }

    private static final Pattern STATEMENT =
            Pattern.compile(
                    "^\\s*(SELECT|INSERT|UPDATE|DELETE).*?(?:FROM|INTO|UPDATE)\\s+(\\w+)|^\\s*UPDATE\\s+(\\w+)",
                    Pattern.DOTALL);

    private final List<String> ledger = Collections.synchronizedList(new ArrayList<>());
    private int countdown = Integer.MAX_VALUE;
    private Moment moment = Moment.BEFORE;
    private boolean broke;
    private String watched = "";
    private Runnable interlude = () -> {};

    List<String> ledger() {
        return List.copyOf(ledger);
    }

    void clear() {
        ledger.clear();
    }

    /// The n-th call from now fails, counted from 1.
    synchronized void breakCall(int n, Moment when) {
        countdown = n;
        moment = when;
        broke = false;
    }

    /// What happens right after each such call, before its caller goes on.
    void after(String what, Runnable happens) {
        watched = what;
        interlude = happens;
    }

    synchronized boolean broke() {
        boolean result = broke;
        countdown = Integer.MAX_VALUE;
        return result;
    }

    private synchronized boolean isDue() {
        if (countdown == Integer.MAX_VALUE) {
            return false;
        }
        countdown--;
        if (countdown == 0) {
            broke = true;
            countdown = Integer.MAX_VALUE;
            return true;
        }
        return false;
    }

    private <T> T call(
            String what,
            Supplier<T> call,
            Supplier<RuntimeException> before,
            Supplier<RuntimeException> after) {
        ledger.add(what);
        if (!isDue()) {
            T result = call.get();
            if (what.equals(watched)) {
                interlude.run();
            }
            return result;
        }
        if (moment == Moment.BEFORE) {
            throw before.get();
        }
        if (moment == Moment.LOST) {
            throw after.get();
        }
        T done = call.get();
        ledger.add("broken after %s".formatted(done));
        throw after.get();
    }

    private static RuntimeException storeFailure() {
        return new StoreException("Broken by the test", new IllegalStateException());
    }

    private static RuntimeException storageFailure() {
        return new StorageException("Broken by the test");
    }

    private static String label(String sql) {
        Matcher matcher = STATEMENT.matcher(sql);
        if (!matcher.find()) {
            return "store other";
        }
        String verb = matcher.group(1) == null ? "UPDATE" : matcher.group(1);
        String table = matcher.group(2) == null ? matcher.group(3) : matcher.group(2);
        return "store %s %s".formatted(verb.toLowerCase(Locale.ROOT), table);
    }

    Database watch(Database database) {
        return new Database() {
            @Override
            public <T> T read(Function<Transaction, T> work) {
                return database.read(tx -> work.apply(watch(tx)));
            }

            @Override
            public <T> T readOne(Function<Transaction, T> work) {
                return database.readOne(tx -> work.apply(watch(tx)));
            }

            @Override
            public boolean remote() {
                return database.remote();
            }

            @Override
            public <T> T write(Function<Transaction, T> work) {
                return call(
                        "store commit",
                        () -> database.write(tx -> work.apply(watch(tx))),
                        Calls::storeFailure,
                        () -> new OutcomeUnknownException("Broken by the test", new Exception()));
            }

            @Override
            public void migrate(String component, List<Migration> migrations) {
                database.migrate(component, migrations);
            }

            @Override
            public boolean reachable() {
                return database.reachable();
            }

            @Override
            public void close() {
                database.close();
            }
        };
    }

    private Transaction watch(Transaction tx) {
        return new Transaction() {
            @Override
            public <T> List<T> query(
                    String sql, Function<Row, T> reader, @Nullable Object... arguments) {
                return call(
                        label(sql),
                        () -> tx.query(sql, reader, arguments),
                        Calls::storeFailure,
                        Calls::storeFailure);
            }

            @Override
            public <T> Optional<T> queryOne(
                    String sql, Function<Row, T> reader, @Nullable Object... arguments) {
                return call(
                        label(sql),
                        () -> tx.queryOne(sql, reader, arguments),
                        Calls::storeFailure,
                        Calls::storeFailure);
            }

            @Override
            public int update(String sql, @Nullable Object... arguments) {
                return call(
                        label(sql),
                        () -> tx.update(sql, arguments),
                        Calls::storeFailure,
                        Calls::storeFailure);
            }

            @Override
            public int tryUpdate(String sql, @Nullable Object... arguments) {
                return call(
                        label(sql),
                        () -> tx.tryUpdate(sql, arguments),
                        Calls::storeFailure,
                        Calls::storeFailure);
            }

            @Override
            public void lock(String name) {
                tx.lock(name);
            }

            @Override
            public void lockShared(String name) {
                tx.lockShared(name);
            }
        };
    }

    private <T> T storage(String verb, Location location, Supplier<T> call) {
        String file = location.key().replaceAll(".*[.](\\w+[.]?json|avro|parquet)$", "$1");
        return call(
                "storage %s %s".formatted(verb, file),
                call,
                Calls::storageFailure,
                Calls::storageFailure);
    }

    ObjectStore watch(ObjectStore store) {
        return new ObjectStore() {
            @Override
            public Optional<ObjectInfo> find(Location location) {
                return storage("find", location, () -> store.find(location));
            }

            @Override
            public byte[] read(Location location) {
                return storage("get", location, () -> store.read(location));
            }

            @Override
            public ObjectReader open(Location location) {
                return storage("open", location, () -> store.open(location));
            }

            @Override
            public ObjectInfo write(Location location, byte[] content, Condition condition) {
                return storage("put", location, () -> store.write(location, content, condition));
            }

            @Override
            public ObjectWriter create(Location location, Condition condition) {
                return storage("create", location, () -> store.create(location, condition));
            }

            @Override
            public void delete(Location location) {
                storage(
                        "delete",
                        location,
                        () -> {
                            store.delete(location);
                            return true;
                        });
            }

            @Override
            public void deleteAll(Collection<Location> locations) {
                for (Location location : locations) {
                    delete(location);
                }
            }

            @Override
            public Stream<ObjectInfo> list(Location prefix) {
                return store.list(prefix);
            }

            @Override
            public void close() {
                store.close();
            }
        };
    }
}
