package dev.tarn.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Pipelines that the server keeps running.
final class KeptCommands {
    private static final String PIPELINES = "/api/pipelines";

    private KeptCommands() {}

    static String path(String name) {
        return PIPELINES + "/" + Client.encode(name);
    }

    /// One line of where it is.
    private static String line(JsonNode kept) {
        return "%s: %s".formatted(kept.path("name").asText(), standing(kept));
    }

    private static String standing(JsonNode kept) {
        String state = kept.path("state").asText();
        String message = kept.path("message").asText();
        return message.equals(state) || message.isEmpty() ? state : state + ", " + message;
    }

    private static String lag(JsonNode kept) {
        List<String> parts = new ArrayList<>();
        if (kept.hasNonNull("lag-records")) {
            parts.add("%,d records".formatted(kept.path("lag-records").asLong()));
        }
        if (kept.hasNonNull("lag-bytes")) {
            parts.add("%,d bytes".formatted(kept.path("lag-bytes").asLong()));
        }
        if (kept.hasNonNull("lag-millis")) {
            parts.add("%.1f s".formatted(kept.path("lag-millis").asLong() / 1e3));
        }
        return parts.isEmpty() ? "-" : String.join(", ", parts);
    }

    /// Which pipeline, on which server.
    static final class Named {
        @Mixin private ServerOptions server;

        @Parameters(paramLabel = "NAME", description = "The name of the pipeline.")
        private String name = "";

        String name() {
            return name;
        }

        Client client(Surroundings surroundings) {
            return server.client(surroundings);
        }
    }

    @Command(
            name = "create",
            description = "Have the server keep a job running, from now on and after each start.",
            footer = {
                "",
                "Its name is job.name, else that of the file. Variables are kept with it, so let"
                        + " secrets",
                "come from the server's environment."
            })
    static final class CreateCommand implements Runnable {
        private final Surroundings surroundings;

        @Mixin private ServerOptions server;

        @Mixin private JobOptions job;

        @Option(
                names = "--replace",
                description = "Put it in the place of the pipeline of its name, which goes on.")
        private boolean replace;

        CreateCommand(Surroundings surroundings) {
            this.surroundings = surroundings;
        }

        @Override
        public void run() {
            JsonNode body = job.request(surroundings, new Beginning()).json();
            Client client = server.client(surroundings);
            JsonNode kept = replace ? client.put(PIPELINES, body) : client.post(PIPELINES, body);
            surroundings
                    .out()
                    .println(
                            "%s is kept running; 'tarn pipeline show %s --watch' follows it"
                                    .formatted(
                                            kept.path("name").asText(),
                                            kept.path("name").asText()));
        }
    }

    @Command(name = "list", description = "List the pipelines that the server keeps.")
    static final class ListCommand implements Runnable {
        private final Surroundings surroundings;

        @Mixin private ServerOptions server;

        @Option(names = "--json", description = "Print JSON.")
        private boolean json;

        ListCommand(Surroundings surroundings) {
            this.surroundings = surroundings;
        }

        @Override
        public void run() {
            JsonNode kept = server.client(surroundings).get(PIPELINES).path("pipelines");
            if (json) {
                kept.forEach(surroundings.out()::println);
                return;
            }
            if (kept.isEmpty()) {
                surroundings.out().println("No pipeline is kept; 'tarn pipeline create FILE' does");
                return;
            }
            Table table = new Table("NAME", "STATE", "ROWS", "ROWS/S", "REJECTED", "BEHIND");
            List<String> failing = new ArrayList<>();
            for (JsonNode one : kept) {
                table.row(
                        one.path("name").asText(),
                        one.path("state").asText(),
                        "%,d".formatted(one.path("rows-committed").asLong()),
                        "%,d".formatted(one.path("rows-per-second").asLong()),
                        "%,d".formatted(one.path("rows-rejected").asLong()),
                        lag(one));
                if (one.path("state").asText().equals("failing")) {
                    failing.add(line(one));
                }
            }
            table.print(surroundings.out(), "");
            failing.forEach(surroundings.out()::println);
        }
    }

    @Command(name = "show", description = "Tell how a kept pipeline is.")
    static final class ShowCommand implements Runnable {
        private static final Duration LOOK = Duration.ofSeconds(1);

        private final Surroundings surroundings;

        @Mixin private Named pipeline;

        @Option(names = "--watch", description = "Go on until Ctrl-C.")
        private boolean watch;

        @Option(names = "--json", description = "Print JSON.")
        private boolean json;

        ShowCommand(Surroundings surroundings) {
            this.surroundings = surroundings;
        }

        @Override
        public void run() {
            Client client = pipeline.client(surroundings);
            JsonNode kept = client.get(path(pipeline.name));
            if (json) {
                surroundings.out().println(kept);
            } else if (watch) {
                watch(client, kept);
            } else {
                print(kept);
            }
        }

        private void print(JsonNode kept) {
            var out = surroundings.out();
            out.println(line(kept));
            out.println("  file       " + kept.path("file").asText());
            kept.path("variables")
                    .properties()
                    .forEach(variable ->
                            out.println(
                                    "  variable   %s = %s"
                                            .formatted(
                                                    variable.getKey(),
                                                    variable.getValue().asText())));
            out.println(
                    "  rows       %,d committed, %,d a second, %,d rejected"
                            .formatted(
                                    kept.path("rows-committed").asLong(),
                                    kept.path("rows-per-second").asLong(),
                                    kept.path("rows-rejected").asLong()));
            out.println("  behind     " + lag(kept));
            String spent = SpentText.of(kept);
            if (!spent.isEmpty()) {
                out.println("  time       " + spent);
            }
            if (kept.hasNonNull("due")) {
                out.println("  next try   " + time(kept.path("due")));
            }
        }

        /// On a terminal a line that moves, elsewhere one each time something changed.
        private void watch(Client client, JsonNode first) {
            StopSignal stop = StopSignal.listen();
            var moving = new ProgressLine(surroundings);
            JsonNode kept = first;
            String told = "";
            // Ends at Ctrl-C.
            while (true) {
                String now =
                        "%s  %,d rows, %,d rows/s, %,d rejected, behind: %s  %s"
                                .formatted(
                                        line(kept),
                                        kept.path("rows-committed").asLong(),
                                        kept.path("rows-per-second").asLong(),
                                        kept.path("rows-rejected").asLong(),
                                        lag(kept),
                                        SpentText.of(kept))
                                .stripTrailing();
                moving.show(now);
                if (!surroundings.terminal() && !now.equals(told)) {
                    surroundings.out().println(now);
                    surroundings.out().flush();
                }
                told = now;
                if (stop.await(LOOK)) {
                    moving.clear();
                    return;
                }
                kept = client.get(path(pipeline.name));
            }
        }
    }

    static String time(JsonNode text) {
        return Instant.parse(text.asText()).truncatedTo(ChronoUnit.SECONDS).toString();
    }

    @Command(
            name = "start",
            description = "Let a paused, failing or finished pipeline run, from where it was.")
    static final class StartCommand implements Runnable {
        private final Surroundings surroundings;

        @Mixin private Named pipeline;

        @Mixin private Beginning beginning;

        StartCommand(Surroundings surroundings) {
            this.surroundings = surroundings;
        }

        @Override
        public void run() {
            JsonNode body =
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("anew", beginning.again())
                            .put("from", beginning.from());
            JsonNode kept =
                    pipeline.client(surroundings).post(path(pipeline.name) + "/start", body);
            surroundings.out().println(line(kept));
        }
    }

    @Command(
            name = "pause",
            description = "Let a pipeline come to an end after a commit, and stay there.")
    static final class PauseCommand implements Runnable {
        private static final Duration WAIT_MAX = Duration.ofSeconds(30);
        private static final Duration LOOK = Duration.ofMillis(200);

        private final Surroundings surroundings;

        @Mixin private Named pipeline;

        PauseCommand(Surroundings surroundings) {
            this.surroundings = surroundings;
        }

        @Override
        public void run() {
            Client client = pipeline.client(surroundings);
            JsonNode empty = JsonNodeFactory.instance.objectNode();
            JsonNode kept = client.post(path(pipeline.name) + "/pause", empty);
            StopSignal stop = StopSignal.listen();
            Instant until = Instant.now().plus(WAIT_MAX);
            while (kept.path("state").asText().equals("running")
                    && Instant.now().isBefore(until)
                    && !stop.await(LOOK)) {
                kept = client.get(path(pipeline.name));
            }
            surroundings.out().println(line(kept));
        }
    }

    @Command(
            name = "drop",
            description = "Keep a pipeline no longer. Its tables and how far it was stay.")
    static final class DropCommand implements Runnable {
        private final Surroundings surroundings;

        @Mixin private Named pipeline;

        DropCommand(Surroundings surroundings) {
            this.surroundings = surroundings;
        }

        @Override
        public void run() {
            pipeline.client(surroundings).delete(path(pipeline.name));
            surroundings.out().println("%s is kept no longer".formatted(pipeline.name));
        }
    }

    @Command(name = "log", description = "Tell what happened to a kept pipeline, the newest last.")
    static final class LogCommand implements Runnable {
        private final Surroundings surroundings;

        @Mixin private Named pipeline;

        LogCommand(Surroundings surroundings) {
            this.surroundings = surroundings;
        }

        @Override
        public void run() {
            JsonNode lines =
                    pipeline.client(surroundings).get(path(pipeline.name) + "/log").path("lines");
            for (JsonNode line : lines) {
                surroundings
                        .out()
                        .println(
                                "%s  %s"
                                        .formatted(
                                                time(line.path("at")), line.path("line").asText()));
            }
        }
    }
}
