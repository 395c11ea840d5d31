package dev.tarn.storage.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.storage.Condition;
import dev.tarn.storage.Location;
import dev.tarn.storage.ObjectInfo;
import dev.tarn.storage.ObjectWriter;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kills a process while it writes and looks at what is left.
class KillTest {
    private static final int ROUNDS = 3;
    private static final int SIZE = 300_000;

    @TempDir Path root;

    @Test
    void aKilledWriterLeavesWholeObjectsAndNothingElse() throws IOException, InterruptedException {
        for (int round = 0; round < ROUNDS; round++) {
            Set<String> promised = writeUntilKilled(5 + 7 * round);
            try (FolderStore store = FolderStore.open(root);
                    Stream<ObjectInfo> objects =
                            store.list(Location.of("s3://lake/" + round + "/"))) {
                List<ObjectInfo> found = objects.toList();
                assertThat(found).allMatch(object -> object.size() == SIZE);
                assertThat(found).extracting(o -> o.location().key()).containsAll(promised);
            }
            try (Stream<Path> left = Files.list(root.resolve(".tarn/temporary"))) {
                assertThat(left).isEmpty();
            }
        }
    }

    private Set<String> writeUntilKilled(int objects) throws IOException, InterruptedException {
        int round = objects / 7;
        Process writer =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx64m",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Writer.class.getName(),
                                root.toString(),
                                String.valueOf(round))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        var promised = new HashSet<String>();
        try (BufferedReader lines = writer.inputReader(StandardCharsets.UTF_8)) {
            while (promised.size() < objects) {
                String line = lines.readLine();
                assertThat(line).isNotNull();
                promised.add(line);
            }
            writer.toHandle().destroyForcibly(); // keeps what it has said readable
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                promised.add(line);
            }
        } finally {
            writer.destroyForcibly().waitFor();
        }
        return promised;
    }

    /// Writes for ever and names each object when it is promised.
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) throws IOException {
            try (FolderStore store = FolderStore.open(Path.of(arguments[0]))) {
                store.createBucket("lake");
                for (int i = 0; i < 1_000_000; i++) { // ends when it is killed
                    String key = arguments[1] + "/d" + i % 3 + "/" + i;
                    try (ObjectWriter writer =
                            store.create(new Location("s3", "lake", key), Condition.ABSENT)) {
                        for (int at = 0; at < SIZE; at += 1000) {
                            writer.write(new byte[1000]);
                        }
                    }
                    System.out.println(key);
                }
            }
        }
    }
}
