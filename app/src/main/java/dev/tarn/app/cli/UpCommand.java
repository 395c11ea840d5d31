package dev.tarn.app.cli;

import dev.tarn.app.Part;
import dev.tarn.app.config.Configuration;
import dev.tarn.app.config.Configuration.Flag;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "up",
        description = "Start the platform: catalog, storage, pipelines and SQL.",
        footer = {
            "",
            "Stays in the foreground until Ctrl-C, which stops everything; -d returns when all is"
                    + " ready.",
            "Everything listens on 127.0.0.1 only."
        })
final class UpCommand implements Runnable {
    private static final Duration SQL_MAX = Duration.ofMinutes(5);

    private final Surroundings surroundings;

    @Spec private CommandSpec spec;

    @Mixin private SettingsOptions settings;

    @Mixin private PortOptions ports;

    @Option(names = "-d", description = "In the background; 'tarn down' stops it.")
    private boolean background;

    @Option(names = "--no-sql", description = "Without Trino.")
    private boolean noSql;

    UpCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public void run() {
        List<Flag> flags = new ArrayList<>(ports.flags());
        if (noSql) {
            flags.add(new Flag("--no-sql", "sql.enabled", "false"));
        }
        Configuration configuration = settings.load(surroundings, flags);
        Path trinoJars =
                configuration.config().sql().enabled() ? TrinoJars.require(surroundings) : null;
        if (background) {
            List<String> words =
                    new ArrayList<>(spec.commandLine().getParseResult().originalArgs());
            words.remove("-d");
            new Background(surroundings).start(configuration.config().data(), words);
            return;
        }
        StopSignal stop = StopSignal.listen();
        long begin = System.nanoTime();
        try (HostedPlatform platform = HostedPlatform.start(configuration, trinoJars)) {
            tell(platform, begin);
            if (trinoJars != null) {
                tellSql(platform, stop, begin);
            }
            stop.await();
            surroundings.out().println("\nStopping ...");
        }
        surroundings.out().println("Stopped");
    }

    private void tell(HostedPlatform platform, long begin) {
        PrintWriter out = surroundings.out();
        out.println("Tarn %s is up after %s".formatted(Version.number(), seconds(begin)));
        Table table = new Table(List.of());
        for (Part part : platform.parts()) {
            table.row(part.name(), part.address() == null ? "-" : part.address(), what(part));
        }
        table.row("data", platform.folder().path().toString(), "");
        table.print(out, "  ");
        out.println("Ctrl-C stops it; 'tarn connect' tells how to use it from elsewhere");
        out.flush();
    }

    private static String what(Part part) {
        return switch (part.state()) {
            case STARTING, RESTARTING -> "starting";
            case RUNNING -> part.message() == null ? "" : part.message();
            case STOPPED -> "stopped";
            case OFF -> "off";
        };
    }

    private void tellSql(HostedPlatform platform, StopSignal stop, long begin) {
        Part sql = platform.awaitSql(SQL_MAX, stop);
        if (stop.received()) {
            return;
        }
        surroundings
                .out()
                .println(
                        sql.state() == Part.State.RUNNING
                                ? "SQL is up after %s: 'tarn sql'".formatted(seconds(begin))
                                : "SQL is not up: " + sql.message());
    }

    static String seconds(long beginNanos) {
        return "%.1f s".formatted((System.nanoTime() - beginNanos) / 1e9);
    }
}
