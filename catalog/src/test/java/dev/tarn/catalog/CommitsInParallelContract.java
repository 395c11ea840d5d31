package dev.tarn.catalog;

import static dev.tarn.catalog.World.ORDERS;
import static dev.tarn.catalog.World.SALES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tarn.storage.Location;
import dev.tarn.storage.ObjectInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.iceberg.MetadataUpdate.SetProperties;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.junit.jupiter.api.Test;

/// What holds when many commit at once, whichever the database.
interface CommitsInParallelContract {
    int WRITERS = 16;
    int COMMITS = 8;

    World world();

    private static UpdateTableRequest set(TableIdentifier name, String key, String value) {
        return UpdateTableRequest.create(
                name, List.of(), List.of(new SetProperties(Map.of(key, value))));
    }

    private static void commit(World world, TableIdentifier name, String key, String value) {
        world.catalog.tables().commit(world.lake, name, set(name, key, value));
    }

    private static long count(World world, String call) {
        return world.calls.ledger().stream().filter(call::equals).count();
    }

    private static long metadataFiles(World world) {
        try (Stream<ObjectInfo> objects = world.objects.list(Location.of("s3://lake/"))) {
            return objects.filter(o -> o.location().key().endsWith(".metadata.json")).count();
        }
    }

    @Test
    default void manyWritersOfOneTableWriteNoFileForNothing() throws Exception {
        var world = world().withOrders();
        world.calls.clear();
        List<Throwable> failed =
                inParallel(
                        WRITERS,
                        i -> {
                            for (int n = 0; n < COMMITS; n++) {
                                commit(world, ORDERS, "k" + i, Integer.toString(n));
                            }
                        });
        assertThat(failed).isEmpty();
        assertThat(count(world, "storage put metadata.json")).isEqualTo(WRITERS * COMMITS);
        assertThat(count(world, "storage delete metadata.json")).isZero();
        assertThat(metadataFiles(world)).isEqualTo(1 + WRITERS * COMMITS);
        for (int i = 0; i < WRITERS; i++) {
            assertThat(world.restart().load(ORDERS).properties()).containsEntry("k" + i, "7");
        }
    }

    @Test
    default void ofAppendsFromTheSameBaseTheLosersWriteNoMetadata() throws Exception {
        var world = world().withOrders();
        var pending =
                IntStream.range(0, WRITERS)
                        .mapToObj(i -> {
                            var commit = world.catalog.tables().begin(world.lake);
                            commit.table(ORDERS)
                                    .newFastAppend()
                                    .appendFile(world.file("f" + i))
                                    .commit();
                            return commit;
                        })
                        .toList();
        world.calls.clear();
        List<Throwable> lost = inParallel(WRITERS, i -> pending.get(i).commit(tx -> {}));
        assertThat(lost)
                .hasSize(WRITERS - 1)
                .allSatisfy(e -> assertThat(e).isInstanceOf(CommitFailedException.class));
        assertThat(count(world, "storage put metadata.json")).isEqualTo(1);
        assertThat(world.restart().files(ORDERS)).hasSize(1);
    }

    @Test
    default void transactionsOverTheSameTablesInAnyOrderAllTakeEffect() throws Exception {
        var world = world().withOrders();
        var other = TableIdentifier.of(SALES, "other");
        world.catalog.tables().create(world.lake, SALES, World.create("other"));
        List<Throwable> failed =
                inParallel(
                        WRITERS,
                        i -> {
                            var one = set(ORDERS, "k" + i, "v");
                            var two = set(other, "k" + i, "v");
                            world.catalog
                                    .tables()
                                    .commitAll(
                                            world.lake,
                                            i % 2 == 0 ? List.of(one, two) : List.of(two, one));
                        });
        assertThat(failed).isEmpty();
        for (TableIdentifier table : List.of(ORDERS, other)) {
            assertThat(world.restart().load(table).properties()).hasSize(WRITERS + 1);
        }
    }

    /// Lanes are of one process: between two the conditional swap decides.
    @Test
    default void twoServersOnOneDatabaseLoseNoUpdateAndLeaveNothing() throws Exception {
        var world = world().withOrders();
        var second = world.restart();
        List<Throwable> failed =
                inParallel(
                        4,
                        i -> {
                            for (int n = 0; n < COMMITS; n++) {
                                commit(i % 2 == 0 ? world : second, ORDERS, "k" + i + n, "v");
                            }
                        });
        assertThat(failed).isEmpty();
        assertThat(world.restart().load(ORDERS).properties()).hasSize(4 * COMMITS + 1);
        assertThat(metadataFiles(world)).isEqualTo(1 + 4 * COMMITS);
    }

    /// Each server has what it has read in memory; what one has answered the other must not be
    /// behind.
    @Test
    default void noServerAnswersWithLessThanAnotherHasAnswered() throws Exception {
        var world = world().withOrders();
        commit(world, ORDERS, "n", "0");
        List<World> servers = List.of(world, world.restart());
        var answered = new AtomicInteger();
        var writing = new AtomicBoolean(true);
        List<Throwable> failed =
                inParallel(
                        6,
                        i -> {
                            World server = servers.get(i % 2);
                            if (i == 0) {
                                try {
                                    for (int n = 1; n <= 60; n++) {
                                        commit(servers.get(n % 2), ORDERS, "n", "" + n);
                                        answered.accumulateAndGet(n, Math::max);
                                    }
                                } finally {
                                    writing.set(false);
                                }
                                return;
                            }
                            while (writing.get()) {
                                int before = answered.get();
                                int seen =
                                        Integer.parseInt(server.load(ORDERS).properties().get("n"));
                                assertThat(seen).isGreaterThanOrEqualTo(before);
                                answered.accumulateAndGet(seen, Math::max);
                                // A virtual thread that never blocks keeps its carrier.
                                Thread.yield();
                            }
                        });
        assertThat(failed).isEmpty();
        assertThat(answered).hasValue(60);
    }

    static List<Throwable> inParallel(int count, IntConsumer action) throws Exception {
        List<Callable<Throwable>> calls =
                IntStream.range(0, count)
                        .<Callable<Throwable>>mapToObj(
                                i -> () -> catchThrowable(() -> action.accept(i)))
                        .toList();
        List<Throwable> failures = new ArrayList<>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Throwable> result : executor.invokeAll(calls)) {
                if (result.get() != null) {
                    failures.add(result.get());
                }
            }
        }
        return failures;
    }
}
