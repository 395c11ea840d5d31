package dev.tarn.app;

import dev.tarn.app.cli.CommandLineInterface;
import dev.tarn.app.cli.Surroundings;

/// Where the process begins.
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLineInterface(Surroundings.ofProcess()).run(arguments));
    }
}
