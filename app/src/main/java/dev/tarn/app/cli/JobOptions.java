package dev.tarn.app.cli;

import dev.tarn.pipeline.job.JobSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Which job file, with what for its variables.
final class JobOptions {
    @Parameters(paramLabel = "FILE", description = "A SeaTunnel job file.")
    private Path file = Path.of("");

    @Option(
            names = {"-i", "--variable"},
            paramLabel = "NAME=VALUE",
            description = "Replaces $${NAME} in the file; may be given several times.")
    private Map<String, String> variables = new LinkedHashMap<>();

    /// Reads the file.
    ///
    /// @throws CommandException if it cannot be read
    PipelineRun.Request request(Surroundings surroundings, Beginning beginning) {
        return new PipelineRun.Request(
                text(surroundings), file, surroundings.folder(), variables, beginning);
    }

    /// Reads the file, for what runs in this process.
    ///
    /// @throws CommandException if it cannot be read
    JobSource source(Surroundings surroundings) {
        return new JobSource(text(surroundings), file.toString(), surroundings.folder());
    }

    Map<String, String> variables() {
        return variables;
    }

    private String text(Surroundings surroundings) {
        Path job = surroundings.folder().resolve(file);
        try {
            return Files.readString(job);
        } catch (IOException e) {
            throw new CommandException(
                    Files.exists(job)
                            ? "%s cannot be read: %s".formatted(file, e.getMessage())
                            : "No such file: " + file,
                    e);
        }
    }
}
