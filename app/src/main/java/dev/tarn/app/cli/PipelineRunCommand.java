package dev.tarn.app.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "run",
        description = "Run a job file on the server and show how far it is.",
        footer = {
            "",
            "A file already loaded is skipped, a run that was killed goes on where it stopped.",
            "Ctrl-C cancels the run; rows already committed stay.",
            "Exit codes: 0 done, 1 the job broke, 3 no Tarn runs, 130 cancelled."
        })
final class PipelineRunCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin private ServerOptions server;

    @Parameters(paramLabel = "FILE", description = "A SeaTunnel job file.")
    private Path file = Path.of("");

    @Option(
            names = {"-i", "--variable"},
            paramLabel = "NAME=VALUE",
            description = "Replaces $${NAME} in the file; may be given several times.")
    private Map<String, String> variables = new LinkedHashMap<>();

    @Option(names = "--again", description = "Load anew what is loaded already.")
    private boolean again;

    PipelineRunCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        Path job = surroundings.folder().resolve(file);
        String text;
        try {
            text = Files.readString(job);
        } catch (IOException e) {
            throw new CommandException(
                    Files.exists(job)
                            ? "%s cannot be read: %s".formatted(file, e.getMessage())
                            : "No such file: " + file,
                    e);
        }
        PipelineRun.Request request =
                new PipelineRun.Request(text, file, surroundings.folder(), variables, again);
        PipelineRun run =
                new PipelineRun(surroundings, server.client(surroundings), StopSignal.listen());
        return run.execute(request).exitCode();
    }
}
