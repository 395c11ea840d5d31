package dev.tarn.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PostgresStoreTest implements StoreContract {
    private final PostgresSettings settings = Postgres.freshDatabase();
    private final Database database = Databases.postgres(settings);
    private final Database again = Databases.postgres(settings);

    PostgresStoreTest() {
        database.migrate("items", List.of(ITEMS));
    }

    @AfterEach
    void close() {
        again.close();
        database.close();
    }

    @Override
    public Database database() {
        return database;
    }

    @Override
    public Database again() {
        return again;
    }

    @Test
    void aConnectionLostAtCommitLeavesTheOutcomeUnknown() {
        assertThatThrownBy(() ->
                        database.write(tx -> {
                            tx.update("INSERT INTO item (name) VALUES ('a')");
                            long pid =
                                    tx.queryOne("SELECT pg_backend_pid()", row -> row.number(1))
                                            .orElseThrow();
                            return again.write(other ->
                                    other.query(
                                            "SELECT pg_terminate_backend(?::int)",
                                            row -> 1,
                                            (int) pid));
                        }))
                .isInstanceOf(OutcomeUnknownException.class);
        assertThat(database.reachable()).isTrue();
    }

    @Test
    void aServerThatIsNotThereIsNamed() {
        var nowhere = new PostgresSettings("jdbc:postgresql://127.0.0.1:1/x", "u", "secret", 2);
        assertThatThrownBy(() -> Databases.postgres(nowhere))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("127.0.0.1:1");
        assertThat(nowhere.toString()).doesNotContain("secret");
    }

    @Test
    void transactionsThatLockEachOtherAreRunAgain() throws Exception {
        database.write(tx -> tx.update("INSERT INTO item (name, size) VALUES ('a', 0), ('b', 0)"));
        var barrier = new CyclicBarrier(2);
        var first = new AtomicInteger();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var ab = executor.submit(() -> cross("a", "b", barrier, first));
            var ba = executor.submit(() -> cross("b", "a", barrier, first));
            ab.get();
            ba.get();
        }
        assertThat(StoreContract.texts(database, "SELECT size::text FROM item"))
                .containsExactly("2", "2");
    }

    private int cross(String one, String other, CyclicBarrier barrier, AtomicInteger tries) {
        return database.write(tx -> {
            tx.update("UPDATE item SET size = size + 1 WHERE name = ?", one);
            if (tries.incrementAndGet() <= 2) {
                await(barrier);
            }
            return tx.update("UPDATE item SET size = size + 1 WHERE name = ?", other);
        });
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }
}
