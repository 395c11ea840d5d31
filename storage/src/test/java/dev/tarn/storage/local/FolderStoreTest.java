package dev.tarn.storage.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.storage.BucketNotFoundException;
import dev.tarn.storage.Condition;
import dev.tarn.storage.Location;
import dev.tarn.storage.ObjectInfo;
import dev.tarn.storage.ObjectStore;
import dev.tarn.storage.ObjectStoreContract;
import dev.tarn.storage.StorageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderStoreTest implements ObjectStoreContract {
    @TempDir Path root;
    private FolderStore store;

    @BeforeEach
    void open() {
        store = FolderStore.open(root);
        store.createBucket("lake");
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Override
    public ObjectStore store() {
        return store;
    }

    @Override
    public Location folder() {
        return Location.of("s3://lake/test");
    }

    @Test
    void deletesThatEmptyAFolderTogetherAllSucceed() throws Exception {
        try (var executor = Executors.newFixedThreadPool(4)) {
            for (int round = 0; round < 100; round++) {
                List<Callable<Boolean>> deletes = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    var location = Location.of("s3://lake/round/%s/%s".formatted(round, i));
                    store.write(location, new byte[1], Condition.NONE);
                    deletes.add(() -> {
                        store.delete(location);
                        return store.find(location).isEmpty();
                    });
                }
                for (Future<Boolean> delete : executor.invokeAll(deletes)) {
                    assertThat(delete.get()).isTrue();
                }
            }
        }
    }

    @Test
    void everyKeyIsItself() {
        var keys =
                new ArrayList<>(
                        List.of(
                                "p",
                                "p/q",
                                "p/q/",
                                "p/",
                                "/",
                                "//",
                                "/a",
                                "a//b",
                                ".",
                                "..",
                                "../x",
                                "./x",
                                "x/../y",
                                "%",
                                "%25",
                                "a%2Fb",
                                "@",
                                "a@",
                                "a@/b",
                                "%/x",
                                ".tarn/lock",
                                "\u0000",
                                "\t",
                                "é",
                                "e\u0301",
                                "日本/語",
                                "🙂",
                                "A",
                                "a",
                                "ts_day%3D1/f",
                                "a\\b"));
        for (int length : new int[] {199, 200, 201, 255, 400, 401, 1024}) {
            keys.add("x".repeat(length));
            keys.add("x".repeat(length - 2) + "/y");
            keys.add("x".repeat(length - 1) + ".");
            keys.add(".".repeat(length));
        }
        keys.add("語".repeat(341));
        for (String key : keys) {
            store.write(at(key), key.getBytes(StandardCharsets.UTF_8), Condition.ABSENT);
        }
        for (String key : keys) {
            assertThat(store.read(at(key))).asString(StandardCharsets.UTF_8).isEqualTo(key);
        }
        assertThat(listed("")).isEqualTo(inByteOrder(keys));
        store.deleteAll(keys.stream().map(FolderStoreTest::at).toList());
        assertThat(listed("")).isEmpty();
        assertThat(store.deleteBucket("lake")).isTrue();
    }

    @Test
    void everyPrefixAndEveryBeginningListsWhatASortWould() throws IOException {
        var random = new Random(7);
        var keys = new ArrayList<String>();
        for (int i = 0; i < 300; i++) {
            var key = new StringBuilder();
            for (int left = 1 + random.nextInt(6); left > 0; left--) {
                key.append("ab/-%é.0".charAt(random.nextInt(8)));
            }
            if (!keys.contains(key.toString())) {
                keys.add(key.toString());
                store.write(at(key.toString()), new byte[0], Condition.NONE);
            }
        }
        List<String> sorted = inByteOrder(keys);
        for (int i = 0; i < 200; i++) {
            String some = keys.get(random.nextInt(keys.size()));
            String prefix = some.substring(0, random.nextInt(some.length() + 1));
            assertThat(listed(prefix))
                    .isEqualTo(sorted.stream().filter(k -> k.startsWith(prefix)).toList());
            KeyCursor cursor = store.cursor("lake", "", KeyCursor.behind(some));
            KeyCursor.Found next = cursor.next();
            int index = sorted.indexOf(some) + 1;
            assertThat(next == null ? null : next.key())
                    .isEqualTo(index == sorted.size() ? null : sorted.get(index));
        }
    }

    @Test
    void aKeyThatCannotBeIsRefused() {
        for (String key : List.of("", "x".repeat(1025), "\uD800")) {
            assertThatThrownBy(() -> store.write(at(key), new byte[0], Condition.NONE))
                    .isInstanceOf(InvalidKeyException.class);
        }
        assertThatThrownBy(() -> store.find(Location.of("s3://none/x")))
                .isInstanceOf(BucketNotFoundException.class)
                .hasMessageContaining("none");
        assertThatThrownBy(() -> store.find(Location.of("s3://.tarn/lock")))
                .isInstanceOf(BucketNotFoundException.class);
        assertThatThrownBy(() -> store.createBucket("../x"))
                .isInstanceOf(InvalidKeyException.class);
    }

    @Test
    void aFolderHasOneOwner() {
        assertThatThrownBy(() -> FolderStore.open(root))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("used by another process");
    }

    @Test
    void whatWasUnfinishedIsGoneAtTheNextStart() throws IOException {
        store.write(at("whole"), new byte[] {1}, Condition.NONE);
        store.create(at("half"), Condition.NONE).write(new byte[100_000]);
        store.close();
        store = FolderStore.open(root);
        assertThat(listed("")).containsExactly("whole");
        try (Stream<Path> left = Files.list(root.resolve(".tarn/temporary"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void aDamagedFileIsNamedAndCanBeReplaced() throws IOException {
        store.write(at("f"), new byte[100], Condition.NONE);
        Files.write(root.resolve("lake/f@"), new byte[50]);
        assertThatThrownBy(() -> store.find(at("f")))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("lake/f")
                .rootCause()
                .hasMessageContaining("damaged");
        store.write(at("f"), new byte[2], Condition.NONE);
        assertThat(store.read(at("f"))).hasSize(2);
    }

    private static Location at(String key) {
        return new Location("s3", "lake", key);
    }

    private List<String> listed(String prefix) {
        try (Stream<ObjectInfo> objects = store.list(at(prefix))) {
            return objects.map(object -> object.location().key()).toList();
        }
    }

    private static List<String> inByteOrder(List<String> keys) {
        var sorted =
                new TreeSet<String>(
                        Comparator.comparing(
                                k -> k.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned));
        sorted.addAll(keys);
        return List.copyOf(sorted);
    }
}
