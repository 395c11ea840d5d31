package dev.tarn.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.fail;

import dev.tarn.catalog.Calls.Moment;
import dev.tarn.catalog.idempotency.Ending;
import dev.tarn.catalog.idempotency.IdempotencyKey;
import dev.tarn.catalog.idempotency.IdempotencyKeys;
import dev.tarn.catalog.idempotency.Repeatable;
import dev.tarn.catalog.namespace.PropertiesChange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NoSuchViewException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// A request with an `Idempotency-Key` happens once, on whichever database.
interface IdempotencyContract {
    int CALLS_MAX = 60;

    World world();

    /// A request whose result is a text, so that a replay can be told from a first run. What a
    /// client is told of as its own fault is a result too.
    record Request(String fingerprint, Supplier<String> work) implements Repeatable<String> {
        static Request of(String fingerprint, Runnable work) {
            return new Request(
                    fingerprint,
                    () -> {
                        try {
                            work.run();
                            return "done";
                        } catch (AlreadyExistsException
                                | CommitFailedException
                                | NoSuchNamespaceException
                                | NoSuchTableException
                                | NoSuchViewException e) {
                            return "refused";
                        }
                    });
        }

        @Override
        public String run() {
            return work.get();
        }

        @Override
        public Optional<Ending.Answer> keep(String result) {
            return Optional.of(new Ending.Answer(200, result));
        }

        @Override
        public String replay(Ending ending) {
            return "again " + ending;
        }
    }

    static IdempotencyKey key(int n) {
        return IdempotencyKey.parse("017f22e2-79b0-7cc3-98c4-%012x".formatted(n));
    }

    private static String once(World world, IdempotencyKey key, Mutation mutation, String name) {
        return world.catalog
                .idempotencyKeys()
                .once(key, Request.of(mutation + name, () -> mutation.make(world, name)));
    }

    private static int events(World world) {
        return world.eventKinds().size();
    }

    @ParameterizedTest
    @EnumSource
    default void aRepeatedRequestChangesNothingAgain(Mutation mutation) {
        var world = world().withOrders();
        mutation.prepare(world, "x");
        int before = events(world);
        assertThat(once(world, key(1), mutation, "x")).isEqualTo("done");
        for (World server : List.of(world, world.restart())) {
            assertThat(once(server, key(1), mutation, "x")).startsWith("again Change[said=");
        }
        assertThat(events(world)).isEqualTo(before + 1);
    }

    /// catalog-peers 22: crash between commit and record, unknown outcome, lost answer.
    @ParameterizedTest
    @CsvSource({
        "CREATE_NAMESPACE, BEFORE", "CREATE_NAMESPACE, AFTER", "CREATE_NAMESPACE, LOST",
        "UPDATE_NAMESPACE, BEFORE", "UPDATE_NAMESPACE, AFTER", "UPDATE_NAMESPACE, LOST",
        "DROP_NAMESPACE, BEFORE", "DROP_NAMESPACE, AFTER", "DROP_NAMESPACE, LOST",
        "CREATE_TABLE, BEFORE", "CREATE_TABLE, AFTER", "CREATE_TABLE, LOST",
        "COMMIT, BEFORE", "COMMIT, AFTER", "COMMIT, LOST",
        "TRANSACTION, BEFORE", "TRANSACTION, AFTER", "TRANSACTION, LOST",
        "RENAME, BEFORE", "RENAME, AFTER", "RENAME, LOST",
        "DROP, BEFORE", "DROP, AFTER", "DROP, LOST",
        "REGISTER, BEFORE", "REGISTER, AFTER", "REGISTER, LOST",
        "UNREGISTER, BEFORE", "UNREGISTER, AFTER", "UNREGISTER, LOST",
        "CREATE_VIEW, BEFORE", "CREATE_VIEW, AFTER", "CREATE_VIEW, LOST",
        "REPLACE_VIEW, BEFORE", "REPLACE_VIEW, AFTER", "REPLACE_VIEW, LOST",
        "RENAME_VIEW, BEFORE", "RENAME_VIEW, AFTER", "RENAME_VIEW, LOST",
        "DROP_VIEW, BEFORE", "DROP_VIEW, AFTER", "DROP_VIEW, LOST",
        "REGISTER_VIEW, BEFORE", "REGISTER_VIEW, AFTER", "REGISTER_VIEW, LOST",
    })
    default void aFaultAnywhereAndARepetitionMakeOneChange(Mutation mutation, Moment moment) {
        var world = world().withOrders();
        for (int n = 1; n <= CALLS_MAX; n++) {
            String name = "x" + n;
            mutation.prepare(world, name);
            int before = events(world);
            var key = key(n);
            world.calls.breakCall(n, moment);
            Throwable seen = catchThrowable(() -> once(world, key, mutation, name));
            boolean broke = world.calls.broke();
            if (broke) {
                once(world.restart(), key, mutation, name);
            } else {
                assertThat(seen).isNull();
            }
            assertThat(events(world)).as("call %s, %s", n, seen).isEqualTo(before + 1);
            assertThat(once(world, key, mutation, name)).startsWith("again Change");
            if (!broke) {
                return; // n lies beyond the last call: every fault has been tried
            }
        }
        fail("it makes more than %s calls", CALLS_MAX);
    }

    /// catalog-peers 22: in-flight duplicates, on one server and on two.
    @ParameterizedTest
    @EnumSource
    default void ofEqualRequestsAtOnceOneChangesTheCatalog(Mutation mutation) throws Exception {
        var world = world().withOrders();
        mutation.prepare(world, "x");
        int before = events(world);
        List<World> servers = List.of(world, world.restart());
        List<Callable<String>> requests = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            World server = servers.get(i % 2);
            requests.add(() -> once(server, key(1), mutation, "x"));
        }
        List<String> answers = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<String> answer : threads.invokeAll(requests)) {
                answers.add(answer.get());
            }
        }
        assertThat(answers).filteredOn("done"::equals).hasSize(1);
        assertThat(answers).filteredOn(answer -> answer.startsWith("again Change")).hasSize(7);
        assertThat(events(world)).isEqualTo(before + 1);
    }

    /// catalog-peers 22 (Lakekeeper 1959): a key belongs to one request.
    @Test
    default void aKeyThatComesWithAnotherRequestIsRefused() {
        var world = world().withOrders();
        var keys = world.catalog.idempotencyKeys();
        Mutation.CREATE_TABLE.prepare(world, "x");
        once(world, key(1), Mutation.CREATE_TABLE, "x");
        assertThatThrownBy(() -> once(world, key(1), Mutation.CREATE_TABLE, "y"))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("belongs to another request");
        assertThatThrownBy(() -> keys.once(key(1), Request.of("other", () -> fail("ran"))))
                .isInstanceOf(BadRequestException.class);
    }

    @Test
    default void whatWasRefusedOnceIsRefusedAgain() {
        var world = world().withOrders();
        var keys = world.catalog.idempotencyKeys();
        var create = Request.of("create", () -> Mutation.CREATE_TABLE.make(world, "orders"));
        assertThat(keys.once(key(1), create)).isEqualTo("refused");
        world.catalog.tables().drop(world.lake, World.ORDERS, false);
        assertThat(keys.once(key(1), create)).isEqualTo("again Answer[status=200, body=refused]");
        assertThat(world.catalog.tables().exists(world.lake, World.ORDERS)).isFalse();
    }

    /// catalog-peers 22 (Lakekeeper 1981): what failed on our side is tried again.
    @Test
    default void aFailureIsNotKept() {
        var world = world().withOrders();
        var keys = world.catalog.idempotencyKeys();
        var runs = new AtomicInteger();
        var failing =
                Request.of(
                        "f",
                        () -> {
                            if (runs.incrementAndGet() == 1) {
                                throw new IllegalStateException("broken");
                            }
                        });
        assertThatThrownBy(() -> keys.once(key(1), failing)).hasMessage("broken");
        assertThat(keys.once(key(1), failing)).isEqualTo("done");
        assertThat(keys.once(key(1), failing)).startsWith("again ");
        assertThat(runs).hasValue(2);
    }

    @Test
    default void aLostRaceClaimsNoKey() {
        var world = world().withOrders();
        var keys = world.catalog.idempotencyKeys();
        var runs = new AtomicInteger();
        var racing =
                Request.of(
                        "r",
                        () -> {
                            Optional<String> lost =
                                    Changes.attempt(
                                            world.rows(), tx -> Optional.empty(), said -> said);
                            assertThat(lost).isEmpty();
                            if (runs.incrementAndGet() == 1) {
                                throw new IllegalStateException("lost every race");
                            }
                        });
        assertThatThrownBy(() -> keys.once(key(1), racing)).hasMessage("lost every race");
        assertThat(keys.once(key(1), racing)).isEqualTo("done");
    }

    @Test
    default void aChangeOfPropertiesIsToldAgainAsItWas() {
        var world = world().withOrders();
        Mutation.UPDATE_NAMESPACE.prepare(world, "x");
        once(world, key(1), Mutation.UPDATE_NAMESPACE, "x");
        var replayed = new Request(Mutation.UPDATE_NAMESPACE + "x", () -> fail("ran again"));
        String again = world.catalog.idempotencyKeys().once(key(1), replayed);
        String said = again.substring("again Change[said=".length(), again.length() - 1);
        assertThat(PropertiesChange.of(said))
                .isEqualTo(new PropertiesChange(List.of("b"), List.of("a"), List.of("missing")));
    }

    @Test
    default void oldKeysGoAndYoungOnesStay() {
        var world = world().withOrders();
        var now = new Instant[] {Instant.parse("2026-01-01T00:00:00Z")};
        try (var keys = new IdempotencyKeys(world.rows(), () -> now[0])) {
            keys.once(key(1), Request.of("a", () -> {}));
            now[0] = now[0].plus(IdempotencyKeys.LIFETIME);
            keys.expire();
            assertThat(keys.once(key(1), Request.of("a", () -> {}))).startsWith("again");
            keys.once(key(2), Request.of("b", () -> {}));
            now[0] = now[0].plus(Duration.ofMinutes(6));
            keys.expire();
            assertThat(keys.once(key(1), Request.of("a", () -> {}))).isEqualTo("done");
            assertThat(keys.once(key(2), Request.of("b", () -> {}))).startsWith("again");
        }
    }

    /// Whoever comes with a key once a minute is enough to have the old ones removed.
    @Test
    default void oldKeysGoByThemselves() {
        var world = world().withOrders();
        var now = new Instant[] {Instant.parse("2026-01-01T00:00:00Z")};
        var keys = new IdempotencyKeys(world.rows(), () -> now[0]);
        keys.once(key(1), Request.of("a", () -> {}));
        now[0] = now[0].plus(Duration.ofHours(1));
        keys.once(key(2), Request.of("b", () -> {}));
        keys.close(); // waits for the removal
        List<String> left =
                world.rows()
                        .read(tx ->
                                tx.query("SELECT id FROM idempotency_key", row -> row.string(1)));
        assertThat(left).containsExactly(key(2).text());
    }

    @Test
    default void aKeyCostsOneQueryAndTwoStatementsOfTheSameTransaction() {
        var world = world().withOrders();
        Mutation.COMMIT.prepare(world, "x");
        world.calls.clear();
        once(world, key(1), Mutation.COMMIT, "x");
        assertThat(world.calls.ledger())
                .containsExactly(
                        "store select idempotency_key",
                        "store select namespace",
                        "storage put metadata.json",
                        "store commit",
                        "store update relation",
                        "store select namespace",
                        "store insert idempotency_key",
                        "store insert event");
        world.calls.clear();
        once(world, key(1), Mutation.COMMIT, "x");
        assertThat(world.calls.ledger()).containsExactly("store select idempotency_key");
    }

    @Test
    default void withoutAKeyARequestCostsWhatItAlwaysDid() {
        var world = world().withOrders();
        world.calls.clear();
        world.catalog.namespaces().create(world.lake, Namespace.of("n"), Map.of());
        assertThat(world.calls.ledger())
                .containsExactly("store commit", "store insert namespace", "store insert event");
    }
}
