package dev.tarn.app;

import dev.tarn.app.cli.CommandLineInterface;
import dev.tarn.app.cli.Surroundings;
import java.util.Locale;

/// Where the process begins.
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        // What is printed is read by programs, too: 1,234.5 everywhere.
        Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
        System.exit(new CommandLineInterface(Surroundings.ofProcess()).run(arguments));
    }
}
