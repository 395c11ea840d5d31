package dev.tarn.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// What [Leases] promise on every [Database].
interface LeaseContract {
    Duration DURATION = Duration.ofSeconds(10);
    String JOB = "job";

    /// An empty database with the tables of [StoreContract#ITEMS].
    Database database();

    /// The same rows, as a second process has them.
    Database again();

    /// A clock that stands still until it is moved.
    final class Clock implements InstantSource {
        private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);

        @Override
        public Instant instant() {
            return now.get();
        }

        void move(Duration by) {
            now.updateAndGet(before -> before.plus(by));
        }
    }

    private Leases here(InstantSource clock) {
        return Leases.ofReplica(database(), clock, "here");
    }

    private Leases there(InstantSource clock) {
        return Leases.ofReplica(again(), clock, "there");
    }

    private static Lease taken(Leases leases) {
        return leases.acquire(JOB, DURATION).orElseThrow();
    }

    private static int insert(Transaction tx, String name) {
        return tx.update("INSERT INTO item (name) VALUES (?)", name);
    }

    private List<String> items() {
        return StoreContract.texts(database(), "SELECT name FROM item ORDER BY name");
    }

    @Test
    default void whoHoldsALeaseKeepsItWhileItIsRenewed() {
        var clock = new Clock();
        Leases there = there(clock);
        Lease lease = taken(here(clock));

        for (int i = 0; i < 5; i++) {
            assertThat(there.acquire(JOB, DURATION)).isEmpty();
            clock.move(DURATION.minusMillis(1));
            assertThat(lease.renew()).isTrue();
        }
        assertThat(there.acquire("another", DURATION)).isPresent();
    }

    @Test
    default void aHolderThatWasFrozenIsRefusedByTheTransactionItTriesToCommit() {
        var clock = new Clock();
        Leases there = there(clock);
        Lease frozen = taken(here(clock));
        database()
                .write(tx -> {
                    insert(tx, "before");
                    frozen.require(tx);
                    return true;
                });

        assertThat(there.acquire(JOB, DURATION)).isEmpty();
        clock.move(DURATION);
        Lease successor = taken(there);

        // The frozen one does not know: it renewed in time by its own clock, and goes on.
        assertThat(frozen.isHeld()).isTrue();
        assertThatThrownBy(() ->
                        database()
                                .write(tx -> {
                                    insert(tx, "late");
                                    frozen.require(tx);
                                    return true;
                                }))
                .isInstanceOf(LeaseLostException.class)
                .hasMessage("Lease job of epoch 1 is held by another");
        assertThat(frozen.isHeld()).isFalse();
        assertThat(frozen.renew()).isFalse();

        again().write(tx -> {
            insert(tx, "successor");
            successor.require(tx);
            return true;
        });
        frozen.close();
        assertThat(successor.renew()).isTrue();
        assertThat(items()).containsExactly("before", "successor");
    }

    @Test
    default void aLeaseThatIsGivenBackIsFreeAtOnceAndItsEpochIsSpent() {
        var clock = new Clock();
        Leases here = here(clock);
        Lease first = taken(here);
        first.close();

        assertThatThrownBy(() ->
                        database()
                                .write(tx -> {
                                    first.require(tx);
                                    return true;
                                }))
                .isInstanceOf(LeaseLostException.class);
        assertThat(first.renew()).isFalse();

        Lease second = taken(there(clock));
        first.close();
        Lease third = taken(Leases.ofOnlyProcess(database(), clock, "third"));
        assertThat(List.of(first.epoch(), second.epoch(), third.epoch()))
                .containsExactly(1L, 2L, 3L);
        assertThat(second.renew()).isFalse();
    }

    @Test
    default void theOnlyProcessNeedNotWaitForOneBeforeItButForItself() {
        var clock = new Clock();
        Lease ofTheDead = taken(here(clock));
        Leases only = Leases.ofOnlyProcess(database(), clock, "only");

        Lease lease = taken(only);
        assertThat(only.acquire(JOB, DURATION)).isEmpty();
        assertThat(ofTheDead.renew()).isFalse();
        assertThat(lease.renew()).isTrue();
    }

    @Test
    default void ofManyThatWantALeaseOneGetsIt() throws Exception {
        var clock = new Clock();
        Leases here = here(clock);
        Leases there = there(clock);
        for (int round = 1; round <= 5; round++) {
            List<Callable<Optional<Lease>>> calls = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                calls.add(() -> here.acquire(JOB, DURATION));
                calls.add(() -> there.acquire(JOB, DURATION));
            }
            List<Lease> winners = new ArrayList<>();
            try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
                for (var result : executor.invokeAll(calls)) {
                    result.get().ifPresent(winners::add);
                }
            }
            assertThat(winners).singleElement().extracting(Lease::epoch).isEqualTo((long) round);
            winners.getFirst().close();
        }
    }

    @Test
    @SuppressWarnings("try") // closed early, to see what becomes of the other
    default void aTaskRunsOnOneOfTwoAndGoesOnOnTheOther() throws Exception {
        var running = new AtomicInteger();
        var together = new AtomicInteger();
        var epochs = new AtomicReference<>(List.<Long>of());
        var steps = new AtomicReference<>(new CountDownLatch(3));
        var duration = Duration.ofSeconds(30);
        var pause = Duration.ofMillis(1);
        java.util.function.Consumer<Lease> step =
                lease -> {
                    together.accumulateAndGet(running.incrementAndGet(), Math::max);
                    epochs.set(List.of(lease.epoch()));
                    running.decrementAndGet();
                    steps.get().countDown();
                    if (steps.get().getCount() % 2 == 0) {
                        throw new IllegalStateException("A step that fails is done again");
                    }
                };
        try (var first =
                LeasedTask.start(here(InstantSource.system()), JOB, duration, pause, step)) {
            assertThat(steps.get().await(30, TimeUnit.SECONDS)).isTrue();
            var quick = Duration.ofMillis(30);
            try (var second =
                    LeasedTask.start(
                            Leases.ofReplica(again(), () -> Instant.EPOCH, "there"),
                            JOB,
                            quick,
                            pause,
                            step)) {
                first.close();
                steps.set(new CountDownLatch(3));
                assertThat(steps.get().await(30, TimeUnit.SECONDS)).isTrue();
                assertThat(epochs.get()).containsExactly(2L);
                second.close();
            }
        }
        assertThat(together.get()).isEqualTo(1);
    }
}
