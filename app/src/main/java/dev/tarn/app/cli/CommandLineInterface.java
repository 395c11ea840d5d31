package dev.tarn.app.cli;

import dev.tarn.app.cli.sql.SqlCommand;
import dev.tarn.app.config.ConfigException;
import dev.tarn.app.logging.Logging;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// Takes the words of the command line to a command and its outcome to an exit code: 0 done, 1 not
/// done, 2 not understood, 3 nothing runs.
public final class CommandLineInterface {
    private static final Logger LOG = LoggerFactory.getLogger(CommandLineInterface.class);

    private final Surroundings surroundings;

    public CommandLineInterface(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    public int run(String... words) {
        Logging.off();
        return commandLine().execute(words);
    }

    CommandLine commandLine() {
        CommandLine tarn = new CommandLine(new TarnCommand(), new Factory());
        addHelp(tarn);
        return tarn.setOut(surroundings.out())
                .setErr(surroundings.err())
                .setColorScheme(Help.defaultColorScheme(Help.Ansi.OFF))
                .setUsageHelpAutoWidth(surroundings.terminal())
                .setUsageHelpLongOptionsMaxWidth(28)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setAbbreviatedOptionsAllowed(false)
                .setParameterExceptionHandler(this::misunderstood)
                .setExecutionExceptionHandler(this::notDone);
    }

    /// Every command has `--help`; the one named help has its own.
    private static void addHelp(CommandLine command) {
        if (command.getCommandName().equals("help")) {
            return;
        }
        command.getCommandSpec()
                .addOption(
                        OptionSpec.builder("-h", "--help")
                                .usageHelp(true)
                                .description("Show this help.")
                                .build());
        command.getSubcommands().values().forEach(CommandLineInterface::addHelp);
    }

    private int misunderstood(ParameterException e, String[] words) {
        PrintWriter err = surroundings.err();
        String name = e.getCommandLine().getCommandSpec().qualifiedName();
        boolean noSuchCommand =
                e instanceof UnmatchedArgumentException
                        && !e.getCommandLine().getSubcommands().isEmpty()
                        && !unmatched(e).startsWith("-");
        err.println(
                "tarn: "
                        + (noSuchCommand
                                ? "Unknown command '%s'".formatted(unmatched(e))
                                : firstLine(e.getMessage())));
        if (e instanceof UnmatchedArgumentException unmatched) {
            List<String> suggestions = unmatched.getSuggestions();
            if (!suggestions.isEmpty()) {
                err.println("Did you mean %s?".formatted(String.join(" or ", suggestions)));
            }
        }
        err.println("See '%s --help'".formatted(name));
        return CommandLine.ExitCode.USAGE;
    }

    private static String unmatched(ParameterException e) {
        return e instanceof UnmatchedArgumentException unmatched
                ? unmatched.getUnmatched().getFirst()
                : "";
    }

    private int notDone(Exception e, CommandLine command, ParseResult parsed) {
        LOG.debug("command {} not done", command.getCommandName(), e);
        surroundings.err().println("tarn: " + message(e));
        if (parsed.commandSpec().commandLine().getCommand() instanceof TarnCommand root
                && root.debug) {
            e.printStackTrace(surroundings.err());
        }
        return e instanceof CommandException told ? told.exitCode() : 1;
    }

    /// Expected failures are sentences already; of others the class is part of the news.
    private static String message(Exception e) {
        return switch (e) {
            case CommandException told -> String.valueOf(told.getMessage());
            case Client.RefusedException refused -> String.valueOf(refused.getMessage());
            case ConfigException config -> String.valueOf(config.getMessage());
            default ->
                    "%s: %s; --debug shows where"
                            .formatted(e.getClass().getSimpleName(), e.getMessage());
        };
    }

    private static String firstLine(@Nullable String message) {
        if (message == null) {
            return "Not understood";
        }
        return message.lines().findFirst().orElse(message);
    }

    /// Commands are made with their surroundings, all others (the version, the mixins) as they are.
    private final class Factory implements IFactory {
        private final IFactory fallback = CommandLine.defaultFactory();

        @Override
        public <K> K create(Class<K> type) throws Exception {
            if (type == SqlCommand.class) {
                return type.cast(
                        new SqlCommand(
                                new SqlPlatform(surroundings), System.in, surroundings.terminal()));
            }
            try {
                return type.getDeclaredConstructor(Surroundings.class).newInstance(surroundings);
            } catch (NoSuchMethodException e) {
                return fallback.create(type);
            }
        }
    }
}
