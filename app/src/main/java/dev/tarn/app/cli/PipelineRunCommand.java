package dev.tarn.app.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

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

    @Mixin private JobOptions job;

    @Mixin private Beginning beginning;

    PipelineRunCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        PipelineRun.Request request = job.request(surroundings, beginning);
        PipelineRun run =
                new PipelineRun(surroundings, server.client(surroundings), StopSignal.listen());
        return run.execute(request).exitCode();
    }
}
