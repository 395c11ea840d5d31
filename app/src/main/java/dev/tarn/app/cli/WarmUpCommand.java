package dev.tarn.app.cli;

import dev.tarn.app.config.Configuration;
import dev.tarn.app.config.Configuration.Flag;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/// What the launcher lets the JVM learn from: the start of the platform and the commands that
/// people wait for, in one process on a folder of its own.
@Command(
        name = "warm-up",
        hidden = true,
        description = "Run through the program once, for the JVM to learn it.")
final class WarmUpCommand implements Runnable {
    private final Surroundings surroundings;

    WarmUpCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public void run() {
        try {
            Path folder = Files.createTempDirectory("tarn-warm-up-");
            try {
                run(folder);
            } finally {
                DemoCommand.removeAll(folder);
            }
        } catch (IOException e) {
            throw new CommandException("No temporary folder: " + e.getMessage(), e);
        }
    }

    private void run(Path folder) {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        Surroundings quiet =
                new Surroundings(
                        nowhere,
                        nowhere,
                        Map.of(),
                        surroundings.home(),
                        surroundings.home(),
                        surroundings.source(),
                        false);
        List<Flag> flags = new ArrayList<>();
        flags.add(new Flag("warm-up", "data", folder.resolve("data").toString()));
        flags.add(new Flag("warm-up", "catalog.port", "0"));
        flags.add(new Flag("warm-up", "storage.port", "0"));
        flags.add(new Flag("warm-up", "sql.enabled", "false"));
        try (HostedPlatform platform =
                HostedPlatform.start(Configuration.load(null, Map.of(), flags), null)) {
            CommandLineInterface commands = new CommandLineInterface(quiet);
            commands.run("status", "--server", platform.address());
            String job = surroundings.home().resolve("examples/airports.conf").toString();
            commands.run("pipeline", "run", job, "--server", platform.address());
            commands.run("catalog", "show", "flights.airports", "--server", platform.address());
            commands.run("catalog", "list", "--server", platform.address());
            commands.run("help");
        }
    }
}
