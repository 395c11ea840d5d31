package dev.tarn.storage.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.storage.Condition;
import dev.tarn.storage.Location;
import dev.tarn.storage.ObjectStore;
import dev.tarn.storage.ObjectStoreContract;
import dev.tarn.storage.StorageException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalStoreTest implements ObjectStoreContract {
    @TempDir Path root;
    private final LocalStore store = new LocalStore();

    @Override
    public ObjectStore store() {
        return store;
    }

    @Override
    public Location folder() {
        return Location.of("file://" + root + "/test");
    }

    @Test
    void anObjectIsAPlainFile() throws Exception {
        store.write(folder().resolve("d/f"), new byte[] {1, 2}, Condition.NONE);
        assertThat(Files.readAllBytes(root.resolve("test/d/f"))).containsExactly(1, 2);
        Files.write(root.resolve("test/d/g"), new byte[] {3});
        assertThat(store.read(folder().resolve("d/g"))).containsExactly(3);
    }

    @Test
    void aPathTheFileSystemWouldReadOtherwiseIsRefused() {
        for (String key : new String[] {"a/../b", "./a", "a//b", "a/"}) {
            assertThatThrownBy(() -> store.find(folder().resolve(key)))
                    .isInstanceOf(InvalidKeyException.class);
        }
    }

    @Test
    void aFileIsNoFolder() {
        store.write(folder().resolve("p"), new byte[] {1}, Condition.NONE);
        assertThat(store.find(folder().resolve("p/q"))).isEmpty();
        assertThatThrownBy(
                        () -> store.write(folder().resolve("p/q"), new byte[] {1}, Condition.NONE))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("p/q");
    }
}
