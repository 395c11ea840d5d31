package dev.tarn.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tarn.app.Part;
import dev.tarn.app.config.Configuration;
import dev.tarn.app.config.Configuration.Flag;
import dev.tarn.engine.statement.Column;
import dev.tarn.engine.statement.Session;
import dev.tarn.engine.statement.Statement;
import dev.tarn.engine.statement.Statements;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "demo",
        description =
                "From nothing to an answer: start everything in a fresh folder, load real data, ask"
                        + " a question.",
        footer = {
            "",
            "Stays up until Ctrl-C, so that you can look around; --exit ends it after the answer."
        })
final class DemoCommand implements Callable<Integer> {
    private static final Duration SQL_MAX = Duration.ofMinutes(5);
    private static final List<String> JOBS = List.of("airports.conf", "flights.conf");
    private static final int INTERRUPTED = 130;

    private final Surroundings surroundings;
    private final PrintWriter out;

    @Option(
            names = "--exit",
            description = "End after the answer; exit code 0 only if it is right.")
    private boolean exit;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Folder to use and keep (default: a new one, removed at the end).")
    private @Nullable Path data;

    @Mixin private PortOptions ports;

    DemoCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
        this.out = surroundings.out();
    }

    @Override
    public Integer call() throws IOException {
        Path examples = surroundings.home().resolve("examples");
        Path folder =
                data == null
                        ? Files.createTempDirectory("tarn-demo-")
                        : surroundings.folder().resolve(data);
        try {
            return run(examples, folder);
        } finally {
            if (data == null) {
                removeAll(folder);
            }
        }
    }

    private int run(Path examples, Path folder) throws IOException {
        List<Flag> flags = new ArrayList<>(ports.flags());
        flags.add(new Flag("--data", "data", folder.toString()));
        Configuration configuration = Configuration.load(null, Map.of(), flags);
        Path trinoJars = TrinoJars.require(surroundings);
        StopSignal stop = StopSignal.listen();

        long begin = System.nanoTime();
        try (HostedPlatform platform = HostedPlatform.start(configuration, trinoJars)) {
            step(begin, "Catalog and storage are up: " + platform.address());
            Client client = new Client(URI.create(platform.address()));
            for (String job : JOBS) {
                if (!load(client, stop, examples.resolve(job))) {
                    return stop.received() ? INTERRUPTED : 1;
                }
            }
            begin = System.nanoTime();
            ProgressLine line = new ProgressLine(surroundings);
            line.show("Trino is starting ...");
            Part sql = platform.awaitSql(SQL_MAX, stop);
            line.clear();
            if (stop.received()) {
                return INTERRUPTED;
            }
            if (sql.state() != Part.State.RUNNING || sql.address() == null) {
                throw new CommandException(
                        "Trino is not up: %s; see %s"
                                .formatted(sql.message(), platform.folder().logs()));
            }
            step(begin, "Trino is up: " + sql.address());
            boolean right = ask(URI.create(sql.address()), examples.resolve("demo"));
            if (!right) {
                return 1;
            }
            if (exit) {
                tellWhatNext();
                return 0;
            }
            tellMore(client, platform);
            stop.await();
            out.println("\nStopping ...");
        }
        out.println("Stopped");
        return 0;
    }

    private boolean load(Client client, StopSignal stop, Path job) throws IOException {
        long begin = System.nanoTime();
        PipelineRun.Request request =
                new PipelineRun.Request(
                        Files.readString(job), job, surroundings.home(), Map.of(), new Beginning());
        PipelineRun.Outcome outcome =
                new PipelineRun(surroundings, client, stop).executeQuietly(request);
        if (outcome.exitCode() != 0) {
            return false;
        }
        JsonNode run = outcome.run();
        step(
                begin,
                "%s: %s".formatted(surroundings.home().relativize(job), PipelineRun.summary(run)));
        return true;
    }

    /// Asks the question of the folder, prints the answer, and compares it with the known one.
    private boolean ask(URI trino, Path folder) throws IOException {
        String question = Files.readString(folder.resolve("question.sql")).strip();
        long begin = System.nanoTime();
        List<List<String>> answer = new ArrayList<>();
        try (Statements statements =
                new Statements(trino, Session.of(System.getProperty("user.name"), "lake", null))) {
            Statement statement = statements.start(question);
            List<List<JsonNode>> rows = statement.rowsToEnd();
            answer.add(statement.columns().stream().map(Column::name).toList());
            rows.forEach(row -> answer.add(row.stream().map(JsonNode::asText).toList()));
        }
        step(begin, "Trino has answered:");
        out.println();
        question.lines().forEach(text -> out.println("  " + text));
        out.println();
        Table table = new Table(answer.getFirst());
        answer.stream().skip(1).forEach(table::row);
        table.print(out, "  ");
        out.println();

        List<List<String>> expected;
        try (Stream<String> lines = Files.lines(folder.resolve("answer.tsv"))) {
            expected = lines.map(text -> List.of(text.split("\t", -1))).toList();
        }
        boolean right = answer.equals(expected);
        out.println(
                right
                        ? "The answer is right."
                        : "The answer is wrong; expected is examples/demo/answer.tsv.");
        return right;
    }

    /// This platform is about to go: what follows is for the next one.
    private void tellWhatNext() {
        Path tarn = surroundings.launcher();
        out.println();
        out.println("For one that stays, with its data in ~/.tarn:  %s up -d".formatted(tarn));
        out.println("Then a working configuration, addresses and keys filled in:");
        Table table = new Table(List.of());
        Recipes.FILES.forEach((engine, file) ->
                table.row(engine, "%s connect %s > %s".formatted(tarn, engine, file)));
        table.print(out, "  ");
    }

    /// Recipes begin at the margin, so that they can be copied as they are.
    private void tellMore(Client client, HostedPlatform platform) {
        Recipes recipes = new Recipes(surroundings.home());
        JsonNode connection = client.get("/api/connection");
        Recipes.FILES.forEach((engine, file) -> {
            out.println();
            out.println(
                    "---- %s: %s connect %s --server %s > %s"
                            .formatted(
                                    engine,
                                    surroundings.launcher(),
                                    engine,
                                    platform.address(),
                                    file));
            out.print(recipes.filledIn(engine, connection));
        });
        out.println();
        out.println("----");
        Table table = new Table(List.of());
        for (Part part : platform.parts()) {
            table.row(part.name(), part.address() == null ? "-" : part.address());
        }
        table.row("data", platform.folder().path() + (data == null ? " (removed at the end)" : ""));
        table.row("logs", platform.folder().logs().toString());
        table.row(
                "prompt",
                "%s sql --data %s".formatted(surroundings.launcher(), platform.folder().path()));
        table.print(out, "");
        out.println();
        out.println("It stays up until Ctrl-C");
        out.flush();
    }

    private void step(long beginNanos, String text) {
        out.println("%8s  %s".formatted(UpCommand.seconds(beginNanos), text));
        out.flush();
    }

    static void removeAll(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
