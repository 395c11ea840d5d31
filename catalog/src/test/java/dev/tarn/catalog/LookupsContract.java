package dev.tarn.catalog;

import static dev.tarn.catalog.World.ORDERS;
import static dev.tarn.catalog.World.SALES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.store.Database;
import dev.tarn.store.Migration;
import dev.tarn.store.StoreException;
import dev.tarn.store.Transaction;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Pointers looked up by many at the same time.
@Timeout(120)
interface LookupsContract {
    int READERS = 40;

    Database rows();

    World world();

    /// Another server on the same rows, whose first statement of a lookup ends only when the test
    /// says so, and of whose further ones the test may break some.
    final class Server implements Database {
        final AtomicInteger statements = new AtomicInteger();
        final CountDownLatch held = new CountDownLatch(1);
        final CountDownLatch release = new CountDownLatch(1);
        private final Database rows;
        private final int broken;
        private final World world;
        private final Catalog catalog;

        /// @param broken number of the statement that fails; 0 for none
        Server(World world, Database rows, int broken) {
            this.world = world;
            this.rows = rows;
            this.broken = broken;
            this.catalog = new Catalog(this, world.objects, World.SETTINGS, InstantSource.system());
        }

        String locate(TableIdentifier name) {
            return catalog.tables().locate(world.lake, name);
        }

        @Override
        public <T> T readOne(Function<Transaction, T> work) {
            int number = statements.incrementAndGet();
            if (number == broken) {
                throw new StoreException("Broken by the test", new IllegalStateException());
            }
            T result = rows.readOne(work);
            if (number == 1) {
                held.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            return result;
        }

        @Override
        public boolean remote() {
            return true;
        }

        @Override
        public <T> T read(Function<Transaction, T> work) {
            return rows.read(work);
        }

        @Override
        public <T> T write(Function<Transaction, T> work) {
            return rows.write(work);
        }

        @Override
        public void migrate(String component, List<Migration> migrations) {
            rows.migrate(component, migrations);
        }

        @Override
        public boolean reachable() {
            return rows.reachable();
        }

        @Override
        public void close() {}
    }

    private static <T> FutureTask<T> start(Callable<T> work) {
        var task = new FutureTask<>(work);
        Thread.ofVirtual().start(task);
        return task;
    }

    /// Starts a lookup and returns when it waits for the one under way.
    private static <T> FutureTask<T> startBehind(Callable<T> work) {
        var task = new FutureTask<>(work);
        Thread thread = Thread.ofVirtual().start(task);
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        return task;
    }

    @Test
    default void whoAsksWhileAStatementIsUnderWaySharesTheNextOne() throws Exception {
        var world = world().withOrders();
        List<TableIdentifier> names = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            world.catalog.tables().create(world.lake, SALES, World.create("t" + i));
            names.add(TableIdentifier.of(SALES, "t" + i));
        }
        var server = new Server(world, rows(), 0);
        FutureTask<String> first = start(() -> server.locate(ORDERS));
        server.held.await();
        List<FutureTask<String>> others = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            TableIdentifier name = names.get(i % 10);
            others.add(startBehind(() -> server.locate(name)));
        }
        FutureTask<Boolean> missing =
                startBehind(() ->
                        server.catalog
                                .tables()
                                .exists(world.lake, TableIdentifier.of(SALES, "no")));
        server.release.countDown();

        assertThat(first.get()).isEqualTo(world.load(ORDERS).metadataFileLocation());
        for (int i = 0; i < READERS; i++) {
            assertThat(others.get(i).get())
                    .isEqualTo(world.load(names.get(i % 10)).metadataFileLocation());
        }
        assertThat(missing.get()).isFalse();
        // The first alone, then 32 together, then the rest.
        assertThat(server.statements).hasValue(3);
    }

    /// The statement under way may have begun before a commit that was answered since.
    @Test
    default void aLookupSeesWhatWasCommittedBeforeItWasAsked() throws Exception {
        var world = world().withOrders();
        var server = new Server(world, rows(), 0);
        String before = world.load(ORDERS).metadataFileLocation();
        FutureTask<String> early = start(() -> server.locate(ORDERS));
        server.held.await();
        world.append(ORDERS, "a");
        FutureTask<String> late = startBehind(() -> server.locate(ORDERS));
        server.release.countDown();

        assertThat(early.get()).isEqualTo(before);
        assertThat(late.get()).isEqualTo(world.load(ORDERS).metadataFileLocation());
    }

    @Test
    default void aSharedStatementThatFailsIsRunForEachAlone() throws Exception {
        var world = world().withOrders();
        var server = new Server(world, rows(), 2);
        FutureTask<String> first = start(() -> server.locate(ORDERS));
        server.held.await();
        FutureTask<String> second = startBehind(() -> server.locate(ORDERS));
        var no = TableIdentifier.of(SALES, "no");
        FutureTask<String> third = startBehind(() -> server.locate(no));
        server.release.countDown();

        assertThat(first.get()).isEqualTo(second.get());
        assertThat(third)
                .failsWithin(java.time.Duration.ofSeconds(30))
                .withThrowableThat()
                .withCauseInstanceOf(NoSuchTableException.class);
        assertThat(server.statements).hasValue(4);
    }
}
