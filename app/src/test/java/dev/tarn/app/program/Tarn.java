package dev.tarn.app.program;

import dev.tarn.app.form.Checkout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// `./tarn` with a data folder of its own.
final class Tarn {
    private static final Duration COMMAND_MAX = Duration.ofMinutes(4);

    private final Path folder;
    private int number;

    /// @param folder for the data and for what commands print
    Tarn(Path folder) {
        this.folder = folder;
    }

    /// @param out what it printed
    record Result(int exitCode, String out, String err) {}

    Path data() {
        return folder.resolve("data");
    }

    /// Runs a command to its end.
    Result run(String... words) {
        Running running = start(words);
        if (!running.await(COMMAND_MAX)) {
            running.process.destroyForcibly();
            throw new AssertionError(
                    "Not at its end after %s: tarn %s"
                            .formatted(COMMAND_MAX, String.join(" ", words)));
        }
        return new Result(running.process.exitValue(), running.out(), running.err());
    }

    Running start(String... words) {
        number++;
        Path out = folder.resolve("out-" + number);
        Path err = folder.resolve("err-" + number);
        List<String> command = new ArrayList<>();
        command.add(Checkout.root().resolve("tarn").toString());
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("TARN_"));
        environment.put("TARN_DATA", data().toString());
        try {
            Process process =
                    builder.directory(folder.toFile())
                            .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                            .redirectOutput(out.toFile())
                            .redirectError(err.toFile())
                            .start();
            return new Running(process, out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A command under way.
    record Running(Process process, Path outFile, Path errFile) {

        String out() {
            return read(outFile);
        }

        String err() {
            return read(errFile);
        }

        boolean await(Duration deadline) {
            try {
                return process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        /// Waits until it has printed `text`.
        void awaitPrinted(String text) {
            if (!until(Duration.ofMinutes(2), () -> out().contains(text) || !process.isAlive())
                    || !out().contains(text)) {
                throw new AssertionError(
                        "Not printed: %s; but %s and %s".formatted(text, out(), err()));
            }
        }

        /// Waits until it has said `text` beside what it prints.
        void awaitError(String text) {
            if (!until(Duration.ofMinutes(2), () -> err().contains(text) || !process.isAlive())
                    || !err().contains(text)) {
                throw new AssertionError(
                        "Not said: %s; but %s and %s".formatted(text, out(), err()));
            }
        }

        void signal(String name) {
            try {
                int code =
                        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                                .start()
                                .waitFor();
                if (code != 0) {
                    throw new AssertionError(
                            "kill -%s %d: %d".formatted(name, process.pid(), code));
                }
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    static boolean until(Duration deadline, BooleanSupplier condition) {
        long end = System.nanoTime() + deadline.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                return false;
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
        return true;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
