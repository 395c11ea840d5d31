package dev.tarn.app.instance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// A running Tarn, as it wrote itself down for others to find.
///
/// @param started when the process began; the same number given to another process later has
///   another
public record Instance(long pid, Instant started, String address) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /// Clocks of process tables are coarse.
    private static final Duration START_TOLERANCE = Duration.ofSeconds(2);

    public static Instance ofThisProcess(String address) {
        ProcessHandle self = ProcessHandle.current();
        return new Instance(self.pid(), self.info().startInstant().orElse(Instant.now()), address);
    }

    /// The instance that runs on this folder now. What a killed one left behind does not count.
    public static Optional<Instance> findRunning(DataFolder folder) {
        if (!Files.isRegularFile(folder.instance())) {
            return Optional.empty();
        }
        try {
            JsonNode json = JSON.readTree(Files.readAllBytes(folder.instance()));
            Instance instance =
                    new Instance(
                            json.path("pid").asLong(),
                            Instant.parse(json.path("started").asText()),
                            json.path("address").asText());
            return Optional.of(instance).filter(Instance::isAlive);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | java.time.format.DateTimeParseException e) {
            throw new IllegalStateException(
                    "%s cannot be read (%s); remove it if no Tarn runs"
                            .formatted(folder.instance(), e.getMessage()),
                    e);
        }
    }

    public boolean isAlive() {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .flatMap(process -> process.info().startInstant())
                .filter(start ->
                        Duration.between(start, started).abs().compareTo(START_TOLERANCE) <= 0)
                .isPresent();
    }

    public void write(DataFolder folder) throws IOException {
        ObjectNode json = JSON.createObjectNode();
        json.put("pid", pid).put("started", started.toString()).put("address", address);
        Path next = folder.path().resolve("instance.json.new");
        Files.write(next, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json));
        Files.move(
                next,
                folder.instance(),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    public static void remove(DataFolder folder) throws IOException {
        Files.deleteIfExists(folder.instance());
    }
}
