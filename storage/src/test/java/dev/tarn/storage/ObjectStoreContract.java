package dev.tarn.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What [ObjectStore] promises. Every store is tested by a class that names itself and nothing
/// more.
public interface ObjectStoreContract {
    int WRITERS = 16;

    ObjectStore store();

    /// A fresh place for one test, without a slash at its end.
    Location folder();

    /// Rounds of each race.
    default int rounds() {
        return 20;
    }

    /// Large enough to be sent in parts where the store does that.
    default int largeBytes() {
        return 6 << 20;
    }

    @Test
    default void whatIsWrittenIsRead() {
        Location location = folder().resolve("a/b.txt");

        ObjectInfo written = store().write(location, "hello".getBytes(UTF_8), Condition.NONE);

        assertThat(store().read(location)).asString(UTF_8).isEqualTo("hello");
        ObjectInfo found = store().find(location).orElseThrow();
        assertThat(found.size()).isEqualTo(5);
        assertThat(found.etag()).isEqualTo(written.etag()).isNotEmpty().doesNotContain("\"");
        assertThat(found.location()).isEqualTo(location);
    }

    @Test
    default void anEmptyObjectIsAnObject() {
        Location location = folder().resolve("empty");
        store().write(location, new byte[0], Condition.NONE);
        assertThat(store().read(location)).isEmpty();
        try (ObjectReader reader = store().open(location)) {
            assertThat(reader.size()).isZero();
        }
    }

    @Test
    default void whatIsNotThereIsNotFound() {
        Location location = folder().resolve("none/at/all");
        assertThat(store().find(location)).isEmpty();
        assertThatThrownBy(() -> store().read(location))
                .isInstanceOf(ObjectNotFoundException.class)
                .hasMessageContaining("none/at/all");
        assertThatThrownBy(() -> store().open(location))
                .isInstanceOf(ObjectNotFoundException.class);
        store().delete(location);
    }

    @Test
    default void aWriteReplaces() {
        Location location = folder().resolve("x");
        String first = store().write(location, new byte[] {1}, Condition.NONE).etag();
        String second = store().write(location, new byte[] {2, 3}, Condition.NONE).etag();
        assertThat(store().read(location)).containsExactly(2, 3);
        assertThat(second).isNotEqualTo(first);
    }

    @Test
    default void absentHoldsOnlyOnce() {
        Location location = folder().resolve("once");
        store().write(location, new byte[] {1}, Condition.ABSENT);
        assertThatThrownBy(() -> store().write(location, new byte[] {2}, Condition.ABSENT))
                .isInstanceOf(PreconditionFailedException.class);
        assertThat(store().read(location)).containsExactly(1);
    }

    @Test
    default void matchesHoldsForThatVersionOnly() {
        Location location = folder().resolve("cas");
        assertThatThrownBy(() ->
                        store().write(
                                        location,
                                        new byte[] {0},
                                        new Condition.Matches("no-such-version")))
                .isInstanceOf(PreconditionFailedException.class);
        String first = store().write(location, new byte[] {1}, Condition.NONE).etag();
        store().write(location, new byte[] {2}, new Condition.Matches(first));
        assertThatThrownBy(
                        () -> store().write(location, new byte[] {3}, new Condition.Matches(first)))
                .isInstanceOf(PreconditionFailedException.class);
        assertThat(store().read(location)).containsExactly(2);
    }

    @Test
    default void anObjectBeingWrittenIsNotSeen() throws IOException {
        Location location = folder().resolve("slow");
        try (ObjectWriter writer = store().create(location, Condition.NONE)) {
            writer.write(new byte[100_000]);
            writer.write(7);
            assertThat(writer.position()).isEqualTo(100_001);
            assertThat(store().find(location)).isEmpty();
            assertThat(keys(folder())).isEmpty();
        }
        assertThat(store().find(location).orElseThrow().size()).isEqualTo(100_001);
    }

    @Test
    default void anAbortedWriteNeverWas() throws IOException {
        Location location = folder().resolve("given-up");
        ObjectWriter writer = store().create(location, Condition.NONE);
        writer.write(new byte[largeBytes()]);
        writer.abort();
        writer.close();
        assertThat(store().find(location)).isEmpty();
        assertThat(keys(folder())).isEmpty();
    }

    @Test
    default void aLargeObjectIsReadInAnyOrder() throws IOException {
        Location location = folder().resolve("large.bin");
        byte[] bytes = new byte[largeBytes() + 12_345];
        new Random(42).nextBytes(bytes);
        try (ObjectWriter writer = store().create(location, Condition.ABSENT)) {
            for (int at = 0; at < bytes.length; at += 700_001) {
                writer.write(bytes, at, Math.min(700_001, bytes.length - at));
            }
        }
        try (ObjectReader reader = store().open(location)) {
            assertThat(reader.size()).isEqualTo(bytes.length);
            byte[] part = new byte[1000];
            for (int at : new int[] {bytes.length - 1000, 0, 5_000_000}) {
                reader.read(at, part, 10, 900);
                assertThat(Arrays.copyOfRange(part, 10, 910))
                        .isEqualTo(Arrays.copyOfRange(bytes, at, at + 900));
            }
            assertThatThrownBy(() -> reader.read(bytes.length - 5, part, 0, 10))
                    .isInstanceOf(StorageException.class);
        }
        assertThat(store().read(location)).isEqualTo(bytes);
    }

    @Test
    default void aLargeConditionalWriteLosesWhole() throws IOException {
        Location location = folder().resolve("large-once");
        ObjectWriter late = store().create(location, Condition.ABSENT);
        late.write(new byte[largeBytes()]);
        store().write(location, new byte[] {1}, Condition.ABSENT);
        assertThatThrownBy(late::close).isInstanceOf(PreconditionFailedException.class);
        assertThat(store().read(location)).containsExactly(1);
    }

    @Test
    default void aListingIsInTheOrderOfBytes() {
        List<String> names =
                List.of("Z", "a", "a-b", "a.b", "a/c", "a0", "aé", "b%20c", "b c", "b=1/x y");
        // `a` and `a/c` do not fit side by side everywhere.
        List<String> kept = names.stream().filter(name -> !name.equals("a")).toList();
        kept.reversed()
                .forEach(n -> store().write(folder().resolve(n), new byte[] {1}, Condition.NONE));
        assertThat(keys(folder().resolve("")))
                .containsExactly("Z", "a-b", "a.b", "a/c", "a0", "aé", "b c", "b%20c", "b=1/x y");
        assertThat(keys(folder().resolve("a"))).containsExactly("a-b", "a.b", "a/c", "a0", "aé");
        assertThat(keys(folder().resolve("a/"))).containsExactly("a/c");
        assertThat(keys(folder().resolve("nothing"))).isEmpty();
    }

    @Test
    default void manyAreDeletedAtOnce() {
        List<Location> all = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            Location location = folder().resolve("d" + i % 3 + "/" + i);
            store().write(location, new byte[] {1}, Condition.NONE);
            all.add(location);
        }
        store().deleteAll(all.subList(0, 29));
        assertThat(keys(folder())).containsExactly("d2/29");
        store().deleteAll(all);
        assertThat(keys(folder())).isEmpty();
    }

    @Test
    default void anOpenReaderKeepsItsVersionOrSaysSo() {
        Location location = folder().resolve("versions");
        store().write(location, new byte[100], Condition.NONE);
        try (ObjectReader reader = store().open(location)) {
            byte[] other = new byte[100];
            Arrays.fill(other, (byte) 9);
            store().write(location, other, Condition.NONE);
            byte[] read = new byte[100];
            try {
                reader.read(0, read, 0, 100);
                assertThat(read).containsOnly(0);
            } catch (StorageException e) {
                assertThat(e).hasMessageContaining("versions");
            }
        }
    }

    @Test
    default void ofManyWhoCreateOneWins() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < rounds(); round++) {
                Location location = folder().resolve("race/" + round);
                assertThat(winners(threads, location, Condition.ABSENT)).hasSize(1);
            }
        }
    }

    @Test
    default void ofManyWhoReplaceTheSameVersionOneWins() throws Exception {
        Location location = folder().resolve("swap");
        String etag = store().write(location, new byte[] {-1}, Condition.ABSENT).etag();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < rounds(); round++) {
                List<Integer> winners = winners(threads, location, new Condition.Matches(etag));
                assertThat(winners).hasSize(1);
                byte[] content = store().read(location);
                assertThat(content[0]).isEqualTo(winners.getFirst().byteValue());
                etag = store().find(location).orElseThrow().etag();
                // A tag made of the content must not come back by chance.
                etag =
                        store().write(
                                        location,
                                        new byte[] {-1, (byte) round},
                                        new Condition.Matches(etag))
                                .etag();
            }
        }
    }

    private List<Integer> winners(ExecutorService threads, Location location, Condition condition)
            throws InterruptedException, ExecutionException {
        var start = new CountDownLatch(1);
        var writers = new ArrayList<Future<Boolean>>();
        for (int writer = 0; writer < WRITERS; writer++) {
            byte[] content = {(byte) writer};
            Callable<Boolean> write =
                    () -> {
                        start.await();
                        try {
                            store().write(location, content, condition);
                            return true;
                        } catch (PreconditionFailedException e) {
                            return false;
                        }
                    };
            writers.add(threads.submit(write));
        }
        start.countDown();
        var winners = new ArrayList<Integer>();
        for (int writer = 0; writer < WRITERS; writer++) {
            if (writers.get(writer).get()) {
                winners.add(writer);
            }
        }
        return winners;
    }

    /// Keys below the test's folder, without it.
    private List<String> keys(Location prefix) {
        int start = folder().resolve("").key().length();
        try (Stream<ObjectInfo> objects = store().list(prefix)) {
            return objects.map(object -> object.location().key().substring(start)).toList();
        }
    }
}
