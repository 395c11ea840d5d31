package dev.tarn.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "status",
        description = "Tell what runs, where, and since when. Exit code 3 if nothing does.")
final class StatusCommand implements Runnable {
    private final Surroundings surroundings;

    @Mixin private ServerOptions server;

    @Option(names = "--json", description = "Print what /api/status answers.")
    private boolean json;

    StatusCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public void run() {
        JsonNode status = server.client(surroundings).get("/api/status");
        PrintWriter out = surroundings.out();
        if (json) {
            out.println(status.toPrettyString());
            return;
        }
        Table table = new Table("PART", "STATE", "ADDRESS", "PID", "RESTARTS", "SINCE");
        Instant now = Instant.now();
        for (JsonNode part : status.path("parts")) {
            table.row(
                    part.path("name").asText(),
                    part.path("state").asText(),
                    part.path("address").asText("-"),
                    part.hasNonNull("pid") ? part.path("pid").asText() : "-",
                    part.path("restarts").asText("0"),
                    ago(Duration.between(Instant.parse(part.path("since").asText()), now)));
        }
        table.print(out, "");
        for (JsonNode part : status.path("parts")) {
            if (part.hasNonNull("message")) {
                out.println(
                        "%s: %s"
                                .formatted(
                                        part.path("name").asText(), part.path("message").asText()));
            }
        }
        out.println();
        out.println(
                "Tarn %s, data in %s"
                        .formatted(status.path("version").asText(), status.path("data").asText()));
    }

    static String ago(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds < 120) {
            return seconds + " s";
        }
        if (seconds < 7_200) {
            return seconds / 60 + " min";
        }
        return seconds < 172_800 ? seconds / 3_600 + " h" : seconds / 86_400 + " days";
    }
}
