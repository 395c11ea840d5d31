package dev.tarn.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PostgresLeaseTest implements LeaseContract {
    private final PostgresSettings settings = Postgres.freshDatabase();
    private final Database database = Databases.postgres(settings);
    private final Database again = Databases.postgres(settings);

    PostgresLeaseTest() {
        database.migrate("items", List.of(StoreContract.ITEMS));
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
    void whoWasFrozenInsideATransactionIsRefused() {
        var clock = new Clock();
        Lease frozen =
                Leases.ofReplica(database, clock, "here").acquire(JOB, DURATION).orElseThrow();
        Leases there = Leases.ofReplica(again, clock, "there");

        assertThatThrownBy(() ->
                        database.write(tx -> {
                            tx.update("INSERT INTO item (name) VALUES ('late')");
                            assertThat(there.acquire(JOB, DURATION)).isEmpty();
                            clock.move(DURATION);
                            assertThat(there.acquire(JOB, DURATION)).isPresent();
                            frozen.require(tx);
                            return true;
                        }))
                .isInstanceOf(LeaseLostException.class);
        assertThat(StoreContract.texts(database, "SELECT name FROM item")).isEmpty();
    }

    @Test
    void aSuccessorWaitsForTheTransactionThatWasFenced() throws Exception {
        var clock = new Clock();
        Lease lease =
                Leases.ofReplica(database, clock, "here").acquire(JOB, DURATION).orElseThrow();
        Leases there = Leases.ofReplica(again, clock, "there");
        assertThat(there.acquire(JOB, DURATION)).isEmpty();
        clock.move(DURATION);

        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Optional<List<String>>> successor =
                    database.write(tx -> {
                        tx.update("INSERT INTO item (name) VALUES ('in time')");
                        lease.require(tx);
                        var taking =
                                executor.submit(() ->
                                        there.acquire(JOB, DURATION)
                                                .map(taken ->
                                                        StoreContract.texts(
                                                                again, "SELECT name FROM item")));
                        awaitSomebodyThatWaits(tx);
                        return taking;
                    });
            assertThat(result(successor)).contains(List.of("in time"));
        }
    }

    private static void awaitSomebodyThatWaits(Transaction tx) {
        long waiting = 0;
        long end = System.nanoTime() + DURATION.toNanos();
        while (waiting == 0 && System.nanoTime() < end) {
            waiting =
                    tx.queryOne(
                                    "SELECT count(*) FROM pg_locks l JOIN pg_database d"
                                            + " ON d.oid = l.database WHERE NOT l.granted"
                                            + " AND d.datname = current_database()",
                                    row -> row.number(1))
                            .orElseThrow();
        }
        assertThat(waiting).isEqualTo(1);
    }

    private static <T> T result(Future<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
    }
}
