package dev.tarn.app.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "pipeline",
        description = "Load data with SeaTunnel job files.",
        subcommands = {
            PipelineRunCommand.class,
            PipelineCheckCommand.class,
            KeptCommands.CreateCommand.class,
            KeptCommands.ListCommand.class,
            KeptCommands.ShowCommand.class,
            KeptCommands.StartCommand.class,
            KeptCommands.PauseCommand.class,
            KeptCommands.LogCommand.class,
            PipelinePositionsCommand.class,
            KeptCommands.DropCommand.class,
            ClusterCommands.SubmitCommand.class,
            ClusterCommands.StopCommand.class
        })
final class PipelineCommand implements Runnable {

    @Spec private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
