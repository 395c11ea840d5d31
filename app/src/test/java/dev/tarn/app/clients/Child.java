package dev.tarn.app.clients;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A child process. Its output goes to files, so that it never waits for a reader; its input is a
/// pipe that says nothing and ends with this process.
final class Child implements AutoCloseable {
    private final Process process;
    private final Path out;
    private final Path err;

    record Ended(int status, String out, String err) {}

    private Child(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    static Child start(List<String> command, Map<String, String> environment) {
        return start(command, environment, Path.of(""));
    }

    /// @param folder it works in
    static Child start(List<String> command, Map<String, String> environment, Path folder) {
        try {
            Path out = Files.createTempFile("tarn-child-", ".out");
            Path err = Files.createTempFile("tarn-child-", ".err");
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().putAll(environment);
            builder.directory(folder.toAbsolutePath().toFile());
            builder.redirectOutput(out.toFile());
            builder.redirectError(err.toFile());
            return new Child(builder.start(), out, err);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot start " + command.getFirst(), e);
        }
    }

    /// Runs to its end, or is killed when the time is up.
    static Ended run(List<String> command, Map<String, String> environment, Duration max) {
        try (Child child = start(command, environment)) {
            return child.end(max);
        }
    }

    /// Waits for its end.
    Ended end(Duration max) {
        if (!endsWithin(max)) {
            throw new AssertionError(
                    "%s did not end within %s; it said:%n%s%n%s"
                            .formatted(process.info().commandLine(), max, out(), err()));
        }
        return new Ended(process.exitValue(), out(), err());
    }

    boolean endsWithin(Duration max) {
        try {
            return process.waitFor(max.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for a child", e);
        }
    }

    long pid() {
        return process.pid();
    }

    String out() {
        return read(out);
    }

    String err() {
        return read(err);
    }

    /// SIGKILL: nothing of it gets a say.
    void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        process.onExit().join();
    }

    @Override
    public void close() {
        kill();
        try {
            Files.deleteIfExists(out);
            Files.deleteIfExists(err);
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
}
