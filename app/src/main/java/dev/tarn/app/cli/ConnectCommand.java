package dev.tarn.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "connect",
        description =
                "Print a working configuration for another engine, addresses and keys filled in.")
final class ConnectCommand implements Runnable {
    private final Surroundings surroundings;

    @Mixin private ServerOptions server;

    @Parameters(
            arity = "0..1",
            paramLabel = "ENGINE",
            description = "One of trino, spark, pyiceberg, duckdb; none for a list.",
            completionCandidates = Recipes.Names.class)
    private String engine = "";

    ConnectCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public void run() {
        Recipes recipes = new Recipes(surroundings.home());
        if (engine.isEmpty()) {
            Recipes.FILES.forEach(
                    (name, file) -> surroundings.out().println("tarn connect " + name));
            return;
        }
        if (!Recipes.FILES.containsKey(engine)) {
            throw new CommandException(
                    2,
                    "No recipe for %s; there are %s"
                            .formatted(
                                    engine, String.join(", ", List.copyOf(Recipes.FILES.keySet()))),
                    null);
        }
        JsonNode connection = server.client(surroundings).get("/api/connection");
        if (connection.path("S3_ACCESS_KEY").asText().isEmpty()) {
            throw new CommandException(
                    "This Tarn keeps tables as plain files, and the recipes are for an S3; set"
                            + " storage.kind to builtin or s3");
        }
        surroundings.out().print(recipes.filledIn(engine, connection));
        surroundings.out().flush();
    }
}
