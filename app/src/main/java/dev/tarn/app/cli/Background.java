package dev.tarn.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tarn.app.instance.DataFolder;
import dev.tarn.app.instance.Instance;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Starts `tarn up` as a process of its own session, which outlives this one and its terminal, and
/// waits until it is ready.
final class Background {
    private static final Duration READY_MAX = Duration.ofMinutes(5);
    private static final Duration LOOK = Duration.ofMillis(50);

    private final Surroundings surroundings;

    Background(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /// @param words the command line without `-d`
    void start(Path data, List<String> words) {
        long begin = System.nanoTime();
        DataFolder folder = HostedPlatform.prepare(data);
        Path said = folder.logs().resolve("up.log");
        Process process = launch(words, said);
        ProgressLine line = new ProgressLine(surroundings);
        boolean settled =
                Await.until(
                        READY_MAX,
                        LOOK,
                        () -> {
                            if (!process.isAlive()) {
                                return true;
                            }
                            String waitsFor = waitsFor(folder, process);
                            line.show(
                                    waitsFor.isEmpty()
                                            ? ""
                                            : "Starting %s  %s"
                                                    .formatted(waitsFor, UpCommand.seconds(begin)));
                            return waitsFor.isEmpty();
                        });
        line.clear();
        if (!process.isAlive()) {
            throw new CommandException(reason(said));
        }
        if (!settled) {
            throw new CommandException(
                    "Tarn (process %d) is not ready after %d s; see %s and %s"
                            .formatted(process.pid(), READY_MAX.toSeconds(), folder.log(), said));
        }
        tell(folder, process, begin);
    }

    private Process launch(List<String> words, Path said) {
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(Path.of("/usr/bin/setsid"))) {
            command.add("/usr/bin/setsid");
        }
        command.add(surroundings.launcher().toString());
        command.addAll(words);
        try {
            return new ProcessBuilder(command)
                    .directory(surroundings.folder().toFile())
                    .redirectInput(Redirect.from(new File("/dev/null")))
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
        } catch (IOException e) {
            throw new CommandException(
                    "%s cannot be started: %s".formatted(surroundings.launcher(), e.getMessage()),
                    e);
        }
    }

    /// The parts that do not run yet; empty if all do or never will.
    private static String waitsFor(DataFolder folder, Process process) {
        Optional<Instance> instance =
                Instance.findRunning(folder).filter(found -> found.pid() == process.pid());
        if (instance.isEmpty()) {
            return "Tarn";
        }
        JsonNode status = new Client(URI.create(instance.get().address())).get("/api/status");
        List<String> parts = new ArrayList<>();
        for (JsonNode part : status.path("parts")) {
            String state = part.path("state").asText();
            if (state.equals("starting") || state.equals("restarting")) {
                parts.add(part.path("name").asText());
            }
        }
        return String.join(", ", parts);
    }

    private static String reason(Path said) {
        try {
            List<String> lines = Files.readAllLines(said);
            int from = 0;
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).startsWith("tarn: ")) {
                    from = i;
                }
            }
            String text = String.join("\n", lines.subList(from, lines.size())).strip();
            return text.isEmpty()
                    ? "Tarn ended without a word; see " + said
                    : text.replaceFirst("^tarn: ", "");
        } catch (IOException e) {
            return "Tarn ended, and %s cannot be read".formatted(said);
        }
    }

    private void tell(DataFolder folder, Process process, long begin) {
        Instance instance = Instance.findRunning(folder).orElseThrow();
        surroundings
                .out()
                .println(
                        "Tarn is up after %s (process %d)"
                                .formatted(UpCommand.seconds(begin), process.pid()));
        JsonNode status = new Client(URI.create(instance.address())).get("/api/status");
        Table table = new Table(List.of());
        for (JsonNode part : status.path("parts")) {
            String state = part.path("state").asText();
            table.row(
                    part.path("name").asText(),
                    part.path("address").asText("-"),
                    state.equals("running") ? "" : state);
        }
        table.row("data", folder.path().toString(), "");
        table.print(surroundings.out(), "  ");
        surroundings.out().println("'tarn down' stops it");
    }
}
