package dev.tarn.catalog.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.catalog.BusyException;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.storage.Location;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LanesTest {
    private static final Warehouse LAKE = new Warehouse("1", "lake", Location.of("s3://lake/root"));
    private static final TableIdentifier A = TableIdentifier.of("n", "a");
    private static final TableIdentifier B = TableIdentifier.of("n", "b");

    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch end = new CountDownLatch(1);

    private Lanes lanes(int inLaneMax) {
        return new Lanes(inLaneMax, Duration.ofSeconds(30));
    }

    /// A commit to A that runs until [#end].
    private Thread longCommit(Lanes lanes) throws InterruptedException {
        Thread thread =
                Thread.startVirtualThread(() -> lanes.in(LAKE, List.of(A), this::waitForTheEnd));
        begun.await();
        return thread;
    }

    private boolean waitForTheEnd() {
        begun.countDown();
        try {
            end.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return true;
    }

    @Test
    void commitsOfOneTableRunOneByOneInTheOrderTheyCame() throws Exception {
        Lanes lanes = lanes(100);
        List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>(List.of(longCommit(lanes)));
        for (int i = 0; i < 20; i++) {
            int number = i;
            Thread thread =
                    Thread.startVirtualThread(
                            () -> lanes.in(LAKE, List.of(A), () -> ran.add(number)));
            threads.add(thread);
            while (thread.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
        }
        assertThat(ran).isEmpty();
        end.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(ran).hasSize(20).isSorted();
        assertThat(lanes.size()).isZero();
    }

    @Test
    void commitsOfOtherTablesDoNotWait() throws Exception {
        Lanes lanes = lanes(100);
        Thread thread = longCommit(lanes);
        assertThat(lanes.in(LAKE, List.of(B), () -> "done")).isEqualTo("done");
        end.countDown();
        thread.join();
        assertThat(lanes.size()).isZero();
    }

    @Test
    void beyondTheLimitACommitIsRefusedAndDidNotRun() throws Exception {
        Lanes lanes = lanes(1);
        Thread thread = longCommit(lanes);
        var ran = new AtomicInteger();
        assertThatThrownBy(() -> lanes.in(LAKE, List.of(B, A), ran::incrementAndGet))
                .isInstanceOf(BusyException.class)
                .hasMessage("Too many commits to n.a at once, expected at most 1");
        assertThatThrownBy(() -> lanes.in(LAKE, List.of(A), ran::incrementAndGet))
                .isInstanceOf(BusyException.class);
        end.countDown();
        thread.join();
        assertThat(ran).hasValue(0);
        assertThat(lanes.size()).isZero();
        assertThat(lanes.in(LAKE, List.of(A, B), ran::incrementAndGet)).isEqualTo(1);
    }

    @Test
    void whoWaitsTooLongIsRefusedAndDidNotRun() throws Exception {
        var lanes = new Lanes(100, Duration.ofMillis(5));
        Thread thread = longCommit(lanes);
        var ran = new AtomicInteger();
        assertThatThrownBy(() -> lanes.in(LAKE, List.of(A), ran::incrementAndGet))
                .isInstanceOf(BusyException.class)
                .hasMessageContaining("waited for others");
        end.countDown();
        thread.join();
        assertThat(ran).hasValue(0);
        assertThat(lanes.size()).isZero();
    }

    @Test
    void aCommitThatFailsLeavesItsLanes() {
        Lanes lanes = lanes(1);
        assertThatThrownBy(() ->
                        lanes.in(
                                LAKE,
                                List.of(A, B, A),
                                () -> {
                                    throw new IllegalStateException("it failed");
                                }))
                .hasMessage("it failed");
        assertThat(lanes.size()).isZero();
    }

    @Test
    void transactionsThatNameTheirTablesInAnotherOrderNeverWaitForEachOther() throws Exception {
        Lanes lanes = lanes(100);
        var inside = new AtomicInteger();
        var most = new AtomicInteger();
        List<Future<?>> results = new ArrayList<>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                List<TableIdentifier> tables = i % 2 == 0 ? List.of(A, B) : List.of(B, A);
                results.add(
                        executor.submit(() -> {
                            for (int round = 0; round < 500; round++) {
                                lanes.in(
                                        LAKE,
                                        tables,
                                        () -> {
                                            most.accumulateAndGet(
                                                    inside.incrementAndGet(), Math::max);
                                            Thread.yield();
                                            return inside.decrementAndGet();
                                        });
                            }
                        }));
            }
            for (Future<?> result : results) {
                result.get();
            }
        }
        assertThat(most).hasValue(1);
        assertThat(lanes.size()).isZero();
    }
}
