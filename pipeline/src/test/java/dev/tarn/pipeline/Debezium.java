package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Predicate;

/// Debezium's engine beside us, reading the same server.
final class Debezium implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();

    /// Every value in a form that loses nothing.
    private static final Map<String, String> ALWAYS =
            Map.ofEntries(
                    Map.entry("name", "oracle"),
                    Map.entry("topic.prefix", "oracle"),
                    Map.entry(
                            "offset.storage",
                            "org.apache.kafka.connect.storage.MemoryOffsetBackingStore"),
                    Map.entry("database.hostname", "127.0.0.1"),
                    Map.entry("snapshot.mode", "initial"),
                    Map.entry("tombstones.on.delete", "false"),
                    Map.entry("poll.interval.ms", "20"),
                    Map.entry("decimal.handling.mode", "string"),
                    Map.entry("time.precision.mode", "isostring"),
                    Map.entry("binary.handling.mode", "hex"),
                    Map.entry("converter.schemas.enable", "false"));

    private final Process process;
    private final Path events;
    private final Path said;

    /// @param properties of the connector, beyond what holds for all
    Debezium(Path folder, Map<String, String> properties) throws IOException {
        String program = DevTool.path("debezium");
        var all = new HashMap<>(ALWAYS);
        all.putAll(properties);
        var lines = new Properties();
        lines.putAll(all);
        Path file = folder.resolve("debezium.properties");
        try (var out = Files.newBufferedWriter(file)) {
            lines.store(out, null);
        }
        events = Files.createFile(folder.resolve("debezium.events"));
        said = folder.resolve("debezium.out");
        process =
                new ProcessBuilder(program, events.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile())
                        .start();
        process.getOutputStream().write((file + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    /// Waits until an event is there.
    ///
    /// @return all of them up to now, in their order: `before`, `after`, `source`, `op`
    List<JsonNode> events(String until, Predicate<JsonNode> last) {
        try {
            Await.until(until, () -> all().stream().anyMatch(last) || !process.isAlive());
        } catch (AssertionError e) {
            throw new AssertionError("%s%n%s".formatted(e.getMessage(), read(said)), e);
        }
        assertThat(process.isAlive()).as(() -> read(said)).isTrue();
        return all();
    }

    private List<JsonNode> all() {
        String text = read(events);
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().map(Debezium::parse).toList();
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        // It ends with its input; what it left in the server goes with it.
        process.getOutputStream().close();
        process.onExit()
                .orTimeout(20, java.util.concurrent.TimeUnit.SECONDS)
                .exceptionally(late -> process.destroyForcibly())
                .join();
    }
}
