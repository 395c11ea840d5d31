package dev.tarn.app.cli;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// The jars of Trino, which `dev/trino` fetches the first time they are needed.
final class TrinoJars {

    private TrinoJars() {}

    /// Their folder. The script tells its progress on standard error.
    static Path require(Surroundings surroundings) {
        Path script = surroundings.source().resolve("dev/trino");
        try {
            Process process =
                    new ProcessBuilder(script.toString())
                            .directory(surroundings.source().toFile())
                            .redirectInput(Redirect.from(new java.io.File("/dev/null")))
                            .redirectError(Redirect.INHERIT)
                            .start();
            String folder =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                            .strip();
            if (process.waitFor() != 0 || folder.isEmpty()) {
                throw new CommandException(
                        "Trino cannot be had, as told above; 'tarn up --no-sql' does without");
            }
            return Path.of(folder);
        } catch (IOException e) {
            throw new CommandException("%s cannot be run: %s".formatted(script, e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("Interrupted while Trino's jars were fetched", e);
        }
    }
}
