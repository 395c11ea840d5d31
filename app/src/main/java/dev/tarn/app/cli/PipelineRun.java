package dev.tarn.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A run on the server, watched from here until it ends.
final class PipelineRun {
    private static final Duration LOOK = Duration.ofMillis(150);
    private static final Duration PLAIN_LINE_EVERY = Duration.ofSeconds(5);
    private static final int BAR_WIDTH = 24;
    private static final int CANCELLED = 130;

    private final Surroundings surroundings;
    private final Client client;
    private final StopSignal stop;
    private final ProgressLine line;

    private long outputSeen;
    private long plainLineNanos = System.nanoTime();
    private boolean cancelSent;

    /// @param folder what relative paths of the job are relative to
    record Request(
            String job,
            Path file,
            Path folder,
            Map<String, String> variables,
            Beginning beginning) {
        ObjectNode json() {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.put("job", job)
                    .put("file", file.toString())
                    .put("folder", folder.toString())
                    .put("again", beginning.again())
                    .put("from", beginning.from());
            ObjectNode values = json.putObject("variables");
            variables.forEach(values::put);
            return json;
        }
    }

    /// How it ended.
    record Outcome(int exitCode, JsonNode run) {}

    PipelineRun(Surroundings surroundings, Client client, StopSignal stop) {
        this.surroundings = surroundings;
        this.client = client;
        this.stop = stop;
        this.line = new ProgressLine(surroundings);
    }

    /// Runs it and prints how it ended.
    Outcome execute(Request request) {
        return conclude(watch(request), true);
    }

    /// Runs it and prints only what went wrong.
    Outcome executeQuietly(Request request) {
        return conclude(watch(request), false);
    }

    private JsonNode watch(Request request) {
        JsonNode run = client.post("/api/pipelines/runs", request.json());
        try {
            return follow(run);
        } catch (CommandException e) {
            throw new CommandException(
                    3,
                    "The server at %s does not answer any more. Rows committed stay; start it with 'tarn up -d' and run the job again, it goes on where it stopped"
                            .formatted(client.server()),
                    e);
        } finally {
            line.clear();
        }
    }

    /// Until it ends.
    private JsonNode follow(JsonNode begun) {
        JsonNode run = begun;
        String path = "/api/pipelines/runs/" + Client.encode(run.path("id").asText());
        while (run.path("state").asText().equals("running")) {
            show(run);
            // Ends at once at Ctrl-C, so that the cancellation is sent at once.
            if (!cancelSent && stop.await(LOOK)) {
                client.delete(path);
                cancelSent = true;
                line.show("Cancelling ...");
            } else if (cancelSent) {
                Await.pause(LOOK);
            }
            run = client.get(path + "?output-from=" + outputSeen);
        }
        printOutput(run);
        return run;
    }

    private void show(JsonNode run) {
        printOutput(run);
        if (surroundings.terminal()) {
            if (!cancelSent) {
                line.show(progress(run));
            }
        } else if (System.nanoTime() - plainLineNanos > PLAIN_LINE_EVERY.toNanos()) {
            plainLineNanos = System.nanoTime();
            surroundings.err().println(progress(run));
        }
    }

    /// What the Console sink prints.
    private void printOutput(JsonNode run) {
        JsonNode output = run.path("output");
        if (!output.isEmpty()) {
            line.clear();
            PrintWriter out = surroundings.out();
            output.forEach(text -> out.println(text.asText()));
            outputSeen = run.path("output-from").asLong() + output.size();
        }
    }

    private static String progress(JsonNode run) {
        long rows = run.path("rows").asLong();
        long bytes = run.path("bytes").asLong();
        long total = run.path("bytes-total").asLong();
        String counts =
                "%,d rows  %,d rows/s  %s"
                        .formatted(rows, run.path("rows-per-second").asLong(), size(bytes));
        String spent = SpentText.of(run);
        String tail = spent.isEmpty() ? "" : "  " + spent;
        if (total <= 0) {
            return "%s  %s%s".formatted(run.path("name").asText(), counts, tail);
        }
        double part = Math.min(1.0, (double) bytes / total);
        int filled = (int) Math.round(part * BAR_WIDTH);
        return "%s  [%s%s] %3d %%  %s of %s%s"
                .formatted(
                        run.path("name").asText(),
                        "#".repeat(filled),
                        ".".repeat(BAR_WIDTH - filled),
                        Math.round(part * 100),
                        counts,
                        size(total),
                        tail);
    }

    private Outcome conclude(JsonNode run, boolean tell) {
        String name = run.path("name").asText();
        String summary = summary(run);
        return switch (run.path("state").asText()) {
            case "finished" -> {
                if (tell) {
                    surroundings.out().println("%s: %s".formatted(name, summary));
                    run.path("notes")
                            .forEach(note -> surroundings.out().println("  " + note.asText()));
                }
                yield new Outcome(0, run);
            }
            case "cancelled" -> {
                surroundings.out().println("%s: cancelled; %s".formatted(name, summary));
                yield new Outcome(CANCELLED, run);
            }
            default -> {
                surroundings
                        .err()
                        .println(
                                "tarn: "
                                        + run.path("message")
                                                .asText("The run broke without a reason"));
                if (run.path("rows-committed").asLong() > 0) {
                    surroundings.err().println("%s: %s".formatted(name, summary));
                }
                yield new Outcome(1, run);
            }
        };
    }

    static String summary(JsonNode run) {
        List<String> parts = new ArrayList<>();
        parts.add(count(run.path("rows-committed").asLong(), "row") + " loaded");
        long files = run.path("files-done").asLong();
        long skipped = run.path("files-skipped").asLong();
        if (files > 0 || skipped > 0) {
            parts.add(count(files, "file") + " loaded");
        }
        if (skipped > 0) {
            parts.add("%,d skipped (loaded before, --again loads anew)".formatted(skipped));
        }
        if (run.path("rows-rejected").asLong() > 0) {
            parts.add("%,d rejected".formatted(run.path("rows-rejected").asLong()));
        }
        parts.add(count(run.path("snapshots").asLong(), "snapshot"));
        if (run.path("files-merged").asLong() > 0) {
            parts.add(count(run.path("files-merged").asLong(), "small file") + " merged");
        }
        parts.add("%.1f s".formatted(run.path("seconds").asDouble()));
        return String.join(", ", parts);
    }

    private static String count(long number, String thing) {
        return "%,d %s%s".formatted(number, thing, number == 1 ? "" : "s");
    }

    private static String size(long bytes) {
        if (bytes < 1_000) {
            return bytes + " B";
        }
        if (bytes < 1_000_000) {
            return String.format(Locale.ROOT, "%.1f kB", bytes / 1e3);
        }
        return bytes < 1_000_000_000
                ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
                : String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
    }
}
