package dev.tarn.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What every [Database] promises.
interface StoreContract {
    Migration ITEMS =
            new Migration(
                    1,
                    "items",
                    """
                    CREATE TABLE folder (name ${text} PRIMARY KEY);
                    CREATE TABLE item (
                      id ${sequence},
                      folder ${text} REFERENCES folder (name),
                      name ${text} NOT NULL UNIQUE,
                      size BIGINT,
                      content ${bytes});
                    CREATE TABLE pair (
                      a ${text} PRIMARY KEY,
                      b ${text} REFERENCES pair (a) DEFERRABLE INITIALLY DEFERRED);
                    """);

    /// An empty database with the tables of [#ITEMS], closed by the test class.
    Database database();

    /// Another connection to the same rows, as a second process has.
    Database again();

    private static int insert(Transaction tx, String name) {
        return tx.update("INSERT INTO item (name) VALUES (?)", name);
    }

    static List<String> texts(Database database, String sql) {
        return database.read(tx -> tx.query(sql, row -> row.string(1)));
    }

    private List<String> names() {
        return texts(database(), "SELECT name FROM item ORDER BY name");
    }

    @Test
    default void whatWasWrittenIsRead() {
        byte[] bytes = {0, 1, -1};
        int rows =
                database()
                        .write(tx ->
                                tx.update(
                                        "INSERT INTO item (name, size, content) VALUES (?, ?, ?)",
                                        "ä/. \uD83D\uDE00",
                                        Long.MAX_VALUE,
                                        bytes));
        assertThat(rows).isEqualTo(1);
        List<Object> seen =
                database()
                        .read(tx ->
                                tx.queryOne(
                                                "SELECT name, size, content, folder FROM item",
                                                row ->
                                                        List.<Object>of(
                                                                row.string(1),
                                                                row.number(2),
                                                                row.bytes(3),
                                                                row.stringOrNull(4) == null))
                                        .orElseThrow());
        assertThat(seen).containsExactly("ä/. \uD83D\uDE00", Long.MAX_VALUE, bytes, true);
    }

    @Test
    default void textSortsByItsBytes() {
        for (String name : List.of("b", "B", "ä", "a", "Z", "_", "é")) {
            database().write(tx -> insert(tx, name));
        }
        assertThat(names()).containsExactly("B", "Z", "_", "a", "b", "ä", "é");
    }

    @Test
    default void workThatThrowsIsUndone() {
        assertThatThrownBy(() ->
                        database()
                                .write(tx -> {
                                    insert(tx, "a");
                                    throw new IllegalStateException("no");
                                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no");
        assertThat(names()).isEmpty();
    }

    @Test
    default void aTakenKeyThatWasTriedDoesNotEndTheTransaction() {
        database().write(tx -> insert(tx, "a"));
        database()
                .write(tx -> {
                    insert(tx, "b");
                    assertThatThrownBy(
                                    () -> tx.tryUpdate("INSERT INTO item (name) VALUES (?)", "a"))
                            .isInstanceOf(DuplicateKeyException.class);
                    assertThat(tx.tryUpdate("INSERT INTO item (name) VALUES (?)", "c"))
                            .isEqualTo(1);
                    assertThatThrownBy(
                                    () -> tx.tryUpdate("INSERT INTO item (name) VALUES (?)", "c"))
                            .isInstanceOf(DuplicateKeyException.class);
                    return insert(tx, "d");
                });
        assertThat(names()).containsExactly("a", "b", "c", "d");
    }

    @Test
    default void aTakenKeyIsNamed() {
        database().write(tx -> insert(tx, "a"));
        assertThatThrownBy(() -> database().write(tx -> insert(tx, "a")))
                .isInstanceOf(DuplicateKeyException.class);
        assertThat(names()).containsExactly("a");
    }

    @Test
    default void aMissingReferenceIsNamedAndDoesNotEndTheTransaction() {
        database().write(tx -> tx.update("INSERT INTO folder (name) VALUES ('f')"));
        database()
                .write(tx -> {
                    assertThatThrownBy(() ->
                                    tx.tryUpdate(
                                            "INSERT INTO item (name, folder) VALUES ('x', 'g')"))
                            .isInstanceOf(ForeignKeyException.class);
                    return tx.update("INSERT INTO item (name, folder) VALUES ('x', 'f')");
                });
        assertThatThrownBy(() -> database().write(tx -> tx.update("DELETE FROM folder")))
                .isInstanceOf(ForeignKeyException.class);
    }

    @Test
    default void aCommitThatIsRefusedTookNoEffect() {
        assertThatThrownBy(() ->
                        database()
                                .write(tx ->
                                        tx.update(
                                                "INSERT INTO pair (a, b) VALUES ('x', 'nowhere')")))
                .isInstanceOf(StoreException.class);
        assertThat(texts(database(), "SELECT a FROM pair")).isEmpty();
    }

    @Test
    default void aStatementThatMakesNoSenseIsAStoreException() {
        assertThatThrownBy(
                        () -> database().write(tx -> tx.update("INSERT INTO nowhere VALUES (1)")))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("nowhere");
        assertThat(database().reachable()).isTrue();
    }

    @Test
    default void aReadSeesOneState() {
        database().write(tx -> insert(tx, "a"));
        List<Integer> counts =
                database()
                        .read(tx -> {
                            int before =
                                    tx.query("SELECT name FROM item", row -> row.string(1)).size();
                            again().write(other -> insert(other, "b"));
                            int after =
                                    tx.query("SELECT name FROM item", row -> row.string(1)).size();
                            return List.of(before, after);
                        });
        assertThat(counts).containsExactly(1, 1);
        assertThat(names()).containsExactly("a", "b");
    }

    @Test
    default void aReadCannotWrite() {
        assertThatThrownBy(() -> database().read(tx -> insert(tx, "a")))
                .isInstanceOf(StoreException.class);
        assertThat(names()).isEmpty();
    }

    @Test
    default void concurrentWritesAllTakeEffectAndFailAlone() throws Exception {
        List<Callable<Boolean>> calls = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            String name = "n%03d".formatted(i);
            boolean bad = i % 10 == 0;
            boolean refused = i % 25 == 1;
            calls.add(() -> {
                try {
                    database()
                            .write(tx -> {
                                insert(tx, name);
                                if (refused) {
                                    tx.update(
                                            "INSERT INTO pair (a, b) VALUES (?, 'nowhere')", name);
                                }
                                if (bad) {
                                    throw new IllegalStateException(name);
                                }
                                return 1;
                            });
                    return true;
                } catch (IllegalStateException | StoreException e) {
                    return false;
                }
            });
        }
        List<String> expected = new ArrayList<>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> results = executor.invokeAll(calls);
            for (int i = 0; i < results.size(); i++) {
                assertThat(results.get(i).get()).isEqualTo(i % 10 != 0 && i % 25 != 1);
                if (results.get(i).get()) {
                    expected.add("n%03d".formatted(i));
                }
            }
        }
        assertThat(names()).isEqualTo(expected);
    }

    @Test
    default void aConditionalUpdateHasOneWinner() throws Exception {
        database().write(tx -> tx.update("INSERT INTO item (name, size) VALUES ('p', 0)"));
        List<Callable<Integer>> calls =
                IntStream.range(0, 16)
                        .<Callable<Integer>>mapToObj(i ->
                                () ->
                                        database()
                                                .write(tx ->
                                                        tx.update(
                                                                "UPDATE item SET size = ? WHERE"
                                                                        + " size = 0",
                                                                i + 1)))
                        .toList();
        int winners = 0;
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Integer> result : executor.invokeAll(calls)) {
                winners += result.get();
            }
        }
        assertThat(winners).isEqualTo(1);
    }

    @Test
    default void severalReplicasMayMigrateAtOnce() throws Exception {
        var step = new Migration(1, "other", "CREATE TABLE other (a ${text} PRIMARY KEY);\n");
        Callable<Boolean> here = () -> migrate(database(), step);
        Callable<Boolean> there = () -> migrate(again(), step);
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var result : executor.invokeAll(List.of(here, there, here, there))) {
                assertThat(result.get()).isTrue();
            }
        }
    }

    private static boolean migrate(Database database, Migration step) {
        database.migrate("other", List.of(step));
        return true;
    }

    @Test
    default void aNewerSchemaIsRefused() {
        var first = new Migration(1, "first", "CREATE TABLE first (a ${text});\n");
        var second = new Migration(2, "second", "CREATE TABLE second (a ${text});\n");
        database().migrate("growing", List.of(first));
        database().migrate("growing", List.of(first, second));
        database().migrate("growing", List.of(first, second));

        assertThatThrownBy(() -> database().migrate("growing", List.of(first)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "Schema of growing has version 2, this program knows versions up to 1: use"
                                + " a newer Tarn");
    }

    @Test
    default void anEditedMigrationIsRefused() {
        database()
                .migrate("edited", List.of(new Migration(1, "x", "CREATE TABLE x (a ${text});\n")));

        assertThatThrownBy(() ->
                        database()
                                .migrate(
                                        "edited",
                                        List.of(
                                                new Migration(
                                                        1, "x", "CREATE TABLE x (b ${text});\n"))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Migration 1 of edited was edited");
    }

    @Test
    default void aLockIsHeldToTheEndOfTheTransaction() throws Exception {
        List<Callable<Integer>> calls = new ArrayList<>();
        database().write(tx -> tx.update("INSERT INTO item (name, size) VALUES ('n', 0)"));
        for (int i = 0; i < 20; i++) {
            calls.add(() ->
                    database()
                            .write(tx -> {
                                tx.lock("counter");
                                long size =
                                        tx.queryOne("SELECT size FROM item", row -> row.number(1))
                                                .orElseThrow();
                                return tx.update("UPDATE item SET size = ?", size + 1);
                            }));
        }
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var result : executor.invokeAll(calls)) {
                assertThat(result.get()).isEqualTo(1);
            }
        }
        long size =
                database()
                        .read(tx -> tx.queryOne("SELECT size FROM item", row -> row.number(1)))
                        .orElseThrow();
        assertThat(size).isEqualTo(20);
    }
}
