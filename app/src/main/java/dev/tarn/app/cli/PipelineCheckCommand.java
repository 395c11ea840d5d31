package dev.tarn.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "check",
        description = "Tell what a job file would do, and do nothing.",
        footer = {
            "",
            "Exit codes: 0 the job can run, 1 it cannot, for the reasons told, 3 no Tarn runs."
        })
final class PipelineCheckCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin private ServerOptions server;

    @Mixin private JobOptions job;

    PipelineCheckCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        PipelineRun.Request request = job.request(surroundings, new Beginning());
        JsonNode check = server.client(surroundings).post("/api/pipelines/check", request.json());
        PrintWriter out = surroundings.out();
        out.println("pipeline %s".formatted(check.path("name").asText()));
        for (JsonNode source : check.path("sources")) {
            out.println(
                    "%nreads   %s %s: %s"
                            .formatted(
                                    source.path("plugin").asText(),
                                    source.path("label").asText(),
                                    amount(source)));
        }
        for (JsonNode table : check.path("tables")) {
            out.println(
                    "%nwrites  %s from %s: %s"
                            .formatted(
                                    table.path("table").asText(),
                                    table.path("from").asText(),
                                    table.path("action").asText()));
            print(table);
        }
        JsonNode problems = check.path("problems");
        problems.forEach(problem -> surroundings.err().println("tarn: " + problem.asText()));
        return problems.isEmpty() ? 0 : 1;
    }

    private static String amount(JsonNode source) {
        long parts = source.path("splits").asLong();
        long bytes = source.path("bytes").asLong();
        return bytes == 0
                ? "%,d %s".formatted(parts, parts == 1 ? "part" : "parts")
                : "%,d %s, %,d bytes".formatted(parts, parts == 1 ? "file" : "files", bytes);
    }

    private void print(JsonNode table) {
        var columns = new Table("column", "type", "");
        for (JsonNode column : table.path("columns")) {
            boolean key = column.path("key").asBoolean();
            columns.row(
                    column.path("name").asText(),
                    column.path("type").asText(),
                    key ? "key" : column.path("required").asBoolean() ? "required" : "");
        }
        columns.print(surroundings.out(), "  ");
        List<String> partitioning = new ArrayList<>();
        table.path("partitioning").forEach(field -> partitioning.add(field.asText()));
        if (!partitioning.isEmpty()) {
            surroundings.out().println("partitioned by " + String.join(", ", partitioning));
        }
    }
}
