package dev.tarn.app.cli.sql;

import dev.tarn.app.cli.sql.ResultPrinter.Form;
import dev.tarn.app.cli.sql.SqlText.Part;
import dev.tarn.app.cli.sql.StatementRunner.Outcome;
import dev.tarn.engine.statement.ServerUnreachableException;
import dev.tarn.engine.statement.Session;
import dev.tarn.engine.statement.Statements;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "sql",
        description = "Run SQL: at a prompt, from the command line, a file or standard input.",
        footer = {
            "",
            "tarn sql                                     a prompt; 'help' there tells more",
            "tarn sql 'SELECT * FROM flights.flights LIMIT 5'",
            "tarn sql -f report.sql --output csv > report.csv",
            "",
            "Exit codes: 0 done, 1 a statement was wrong, 2 not understood, 3 no Trino answers, 130"
                    + " cancelled."
        })
public final class SqlCommand implements Callable<Integer> {
    private static final int WRONG = 1;
    private static final int UNREACHABLE = 3;
    private static final int CANCELLED = 130;

    private final Platform platform;
    private final InputStream in;
    private final boolean terminal;

    @Spec private CommandSpec spec;

    @ArgGroup private @Nullable Source source;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORM",
            defaultValue = "ALIGNED",
            description = "aligned, csv, tsv or json (one object per line); default: aligned.")
    private Form form = Form.ALIGNED;

    @Option(
            names = "--catalog",
            paramLabel = "NAME",
            defaultValue = "lake",
            description = "Catalog that names without one are in (default: lake).")
    private String catalog = "lake";

    @Option(
            names = "--schema",
            paramLabel = "NAME",
            description = "Schema (namespace) that names without one are in.")
    private @Nullable String schema;

    @Option(
            names = "--server",
            paramLabel = "URL",
            description = "Address of a Trino (default: the one Tarn runs).")
    private @Nullable URI server;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Data folder of the Tarn whose Trino is meant (default: ~/.tarn).")
    private @Nullable Path data;

    static final class Source {
        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "STATEMENTS",
                description = "One or more, separated by semicolons.")
        @Nullable String statements;

        @Option(
                names = {"-f", "--file"},
                paramLabel = "FILE",
                description = "Read the statements from a file; '-' is standard input.")
        @Nullable Path file;
    }

    /// @param terminal whether a person sits at both ends, so that there can be a prompt
    public SqlCommand(Platform platform, InputStream in, boolean terminal) {
        this.platform = platform;
        this.in = in;
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        URI address = server != null ? server : platform.trino(data);
        PrintWriter err = spec.commandLine().getErr();
        Session session = Session.of(System.getProperty("user.name"), catalog, schema);
        try (var statements = new Statements(address, session)) {
            if (source == null && terminal) {
                return new Prompt(statements, form, platform.history(data)).run();
            }
            return runAll(statements, err);
        } catch (ServerUnreachableException unreachable) {
            err.println(
                    "tarn: %s; start it with 'tarn up -d', or name another with --server URL"
                            .formatted(unreachable.getMessage()));
            return UNREACHABLE;
        } catch (NoSuchFileException missing) {
            err.println("tarn: --file: no such file: " + missing.getFile());
            return WRONG;
        } catch (MalformedInputException notText) {
            err.println("tarn: statements: text in UTF-8 expected");
            return WRONG;
        }
    }

    private int runAll(Statements statements, PrintWriter err) throws IOException {
        String name = null;
        String text;
        if (source != null && source.statements != null) {
            text = source.statements;
        } else if (source != null && source.file != null && !source.file.toString().equals("-")) {
            text = Files.readString(source.file);
            name = source.file.toString();
        } else {
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        var runner =
                new StatementRunner(
                        statements, form, spec.commandLine().getOut(), err, terminal, name);
        // Ctrl-C ends this program by its hooks; the server would otherwise work on for minutes.
        var cancel = new Thread(runner::cancel);
        Runtime.getRuntime().addShutdownHook(cancel);
        try {
            for (Part part : SqlText.parse(text).all()) {
                Outcome outcome = runner.run(part);
                if (outcome != Outcome.DONE) {
                    return outcome == Outcome.WRONG ? WRONG : CANCELLED;
                }
            }
            return 0;
        } finally {
            removeHook(cancel);
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException endingAlready) {
            // The hook is what runs right now.
        }
    }
}
