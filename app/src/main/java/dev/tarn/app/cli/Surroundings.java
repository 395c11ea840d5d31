package dev.tarn.app.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/// What a command finds around itself.
///
/// @param folder where the user stands
/// @param home the checkout this program was built from
/// @param source where its scripts can write, the same unless the checkout is another user's
/// @param terminal whether a person watches, so that a line may move
public record Surroundings(
        PrintWriter out,
        PrintWriter err,
        Map<String, String> environment,
        Path folder,
        Path home,
        Path source,
        boolean terminal) {

    public Surroundings {
        environment = Map.copyOf(environment);
    }

    public static Surroundings ofProcess() {
        Path folder = Path.of("").toAbsolutePath();
        Path home = Path.of(System.getProperty("tarn.home", folder.toString()));
        return new Surroundings(
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                System.getenv(),
                folder,
                home,
                Path.of(System.getProperty("tarn.source", home.toString())),
                isTerminal());
    }

    @SuppressWarnings("SystemConsoleNull") // still null where a JVM has no console module
    private static boolean isTerminal() {
        var console = System.console();
        return console != null && console.isTerminal();
    }

    /// The command that started this, to start another.
    public Path launcher() {
        return home.resolve("tarn");
    }
}
