package dev.tarn.app.cli;

import picocli.CommandLine.Command;

@Command(name = "warm-up", hidden = true, description = "Run through the program once, for the JVM to learn it.")
final class WarmUpCommand implements Runnable {
    private final Surroundings surroundings;

    WarmUpCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public void run() {
        CommandLineInterface cli = new CommandLineInterface(surroundings);
        cli.run("help");
        cli.run("status");
    }
}
