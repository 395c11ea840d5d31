package dev.tarn.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/// Debezium's engine, which hands over changes and writes no table: the peer of what reads a
/// database's changes. One process for all rounds, so that it is warm.
final class DebeziumNode {
    static final String NAME = "Debezium 3.5.0";

    private static final String HEAP = "1g";
    private static final long SECONDS_MAX = 600;

    private final Path folder;
    private final Process process;
    private final Writer orders;
    private volatile long count;
    private int engines;

    private DebeziumNode(Path folder, Process process) {
        this.folder = folder;
        this.process = process;
        this.orders = process.outputWriter(StandardCharsets.UTF_8);
        Thread.ofPlatform().daemon().start(this::listen);
    }

    static DebeziumNode start(Path root, Children children)
            throws IOException, InterruptedException {
        Process script =
                new ProcessBuilder(root.resolve("dev/debezium").toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        byte[] printed = script.getInputStream().readAllBytes();
        if (script.waitFor() != 0) {
            throw new IOException("dev/debezium made nothing");
        }
        Path folder = children.folder("debezium");
        ProcessBuilder node =
                new ProcessBuilder(new String(printed, StandardCharsets.UTF_8).strip())
                        .redirectError(folder.resolve("log").toFile());
        node.environment().put("DEBEZIUM_JAVA_OPTS", "-Xmx" + HEAP);
        Process process = node.start();
        children.add(() -> process.destroyForcibly().waitFor());
        return new DebeziumNode(folder, process);
    }

    List<Long> processes() {
        return List.of(process.pid());
    }

    /// Begins to read, after the end of what it read before.
    void begin(Map<String, String> connector) throws IOException {
        Properties all = new Properties();
        all.put("name", "peer");
        all.put("topic.prefix", "peer");
        all.put("offset.storage", "org.apache.kafka.connect.storage.MemoryOffsetBackingStore");
        all.put("database.hostname", "127.0.0.1");
        all.put("snapshot.mode", "initial");
        all.put("tombstones.on.delete", "false");
        all.putAll(connector);
        engines++;
        Path file = folder.resolve("peer%d.properties".formatted(engines));
        try (Writer out = Files.newBufferedWriter(file)) {
            all.store(out, null);
        }
        count = 0;
        orders.write(file + "\n");
        orders.flush();
    }

    private void listen() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                count = Long.parseLong(line);
            }
        } catch (IOException e) {
            // The process has ended, which await() sees.
            count = -1;
        }
    }

    /// Waits until it has handed over so many events.
    void await(long events) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
        while (count < events) {
            if (process.waitFor(5, TimeUnit.MILLISECONDS) || System.nanoTime() > end) {
                throw new IOException(
                        "The peer has handed over %d events of %d: %s"
                                .formatted(count, events, Files.readString(folder.resolve("log"))));
            }
        }
    }

    /// Holds it, so that what happens meanwhile waits for it in the log.
    void hold() throws IOException, InterruptedException {
        signal("STOP");
    }

    void release() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        String pid = Long.toString(process.pid());
        if (new ProcessBuilder("kill", "-" + name, pid).start().waitFor() != 0) {
            throw new IOException("The peer does not take " + name);
        }
    }
}
