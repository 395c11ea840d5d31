package dev.tarn.app.cli;

import dev.tarn.app.cli.sql.SqlCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

@Command(
        name = "tarn",
        description = "An Apache Iceberg lakehouse in one program.",
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = Version.class,
        subcommands = {
            UpCommand.class,
            DownCommand.class,
            StatusCommand.class,
            DemoCommand.class,
            SqlCommand.class,
            PipelineCommand.class,
            CatalogCommand.class,
            ConnectCommand.class,
            DoctorCommand.class,
            ConfigCommand.class,
            VersionCommand.class,
            WarmUpCommand.class,
            HelpCommand.class
        },
        footer = {
            "",
            "Begin with 'tarn demo', or 'tarn up -d'. 'tarn help COMMAND' tells more.",
            "Exit codes: 0 done, 1 not done, 2 not understood, 3 nothing runs."
        })
final class TarnCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Print the version.")
    boolean version;

    @Option(
            names = "--debug",
            scope = ScopeType.INHERIT,
            description = "Show where in the program an error arose.")
    boolean debug;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
