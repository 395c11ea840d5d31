package dev.tarn.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "positions",
        description = "Tell where a pipeline stood in its logs after its last commits.",
        footer = {
            "",
            "A snapshot has the number of its commit as tarn.pipeline-commit.",
            "'tarn pipeline start NAME --from COMMIT' goes on from there; the server of",
            "the log must still have it."
        })
final class PipelinePositionsCommand implements Runnable {
    private final Surroundings surroundings;

    @Mixin private KeptCommands.Named pipeline;

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            description = "How many commits, the newest first; default 20.")
    private int limit = 20;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    PipelinePositionsCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public void run() {
        JsonNode positions =
                pipeline.client(surroundings)
                        .get(KeptCommands.path(pipeline.name()) + "/positions?limit=" + limit)
                        .path("positions");
        if (json) {
            positions.forEach(surroundings.out()::println);
            return;
        }
        if (positions.isEmpty()) {
            surroundings.out().println("It has read no log yet");
            return;
        }
        Table table = new Table("COMMIT", "AT", "PARTITION", "POSITION");
        for (JsonNode commit : positions) {
            String number = commit.path("commit").asText();
            String at = KeptCommands.time(commit.path("at"));
            for (JsonNode moved : commit.path("moved")) {
                table.row(
                        number, at, moved.path("partition").asText(), moved.path("place").asText());
                number = "";
                at = "";
            }
        }
        table.print(surroundings.out(), "");
    }
}
