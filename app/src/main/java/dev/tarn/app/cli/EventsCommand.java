package dev.tarn.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "events",
        description = "Tell what has changed, a line per event, the oldest first.",
        footer = {"", "--follow goes on until Ctrl-C."})
final class EventsCommand implements Runnable {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);
    private static final String TYPE_PREFIX = "dev.tarn.";
    private static final String WAIT = "30s";
    private static final int PAGE = 500;

    private final Surroundings surroundings;

    @Mixin private CatalogCommand.Where where;

    @Option(
            names = "--after",
            paramLabel = "CURSOR",
            description =
                    "Begin after this event, or 'newest' (default: with the oldest that is kept).")
    private @Nullable String after;

    @Option(names = "--follow", description = "Wait for further events.")
    private boolean follow;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description = "Such as table.committed or table.*; may be repeated.")
    private List<String> types = new ArrayList<>();

    EventsCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public void run() {
        Client client = where.server(surroundings);
        String query = "/api/events?limit=%d%s".formatted(PAGE, filter());
        String cursor = after;
        // Ends after the last event, or when the user has seen enough.
        for (boolean more = true; more || follow; ) {
            JsonNode page =
                    client.get(
                            query
                                    + (cursor == null ? "" : "&after=" + Client.encode(cursor))
                                    + (follow ? "&wait=" + WAIT : ""));
            page.path("events").forEach(this::print);
            surroundings.out().flush();
            cursor = page.path("next").asText();
            more = page.path("more").asBoolean();
        }
    }

    private String filter() {
        var filter = new StringBuilder();
        if (where.warehouse != null) {
            filter.append("&warehouse=").append(Client.encode(where.warehouse));
        }
        if (!types.isEmpty()) {
            List<String> full =
                    types.stream()
                            .map(type -> type.startsWith(TYPE_PREFIX) ? type : TYPE_PREFIX + type)
                            .toList();
            filter.append("&type=").append(Client.encode(String.join(",", full)));
        }
        return filter.toString();
    }

    private void print(JsonNode event) {
        PrintWriter out = surroundings.out();
        if (where.json) {
            out.println(event);
            return;
        }
        JsonNode data = event.path("data");
        out.println(
                "%6s  %s  %-19s %s%s"
                        .formatted(
                                event.path("id").asText(),
                                TIME.format(Instant.parse(event.path("time").asText())),
                                event.path("type").asText().substring(TYPE_PREFIX.length()),
                                name(data),
                                facts(data)));
    }

    private static String name(JsonNode data) {
        List<String> parts = new ArrayList<>();
        data.path("namespace").forEach(level -> parts.add(level.asText()));
        if (data.hasNonNull("name")) {
            parts.add(data.path("name").asText());
        }
        return parts.isEmpty() ? data.path("warehouse").asText() : Names.print(parts);
    }

    /// What a person wants to see of a change.
    private static String facts(JsonNode data) {
        List<String> facts = new ArrayList<>();
        if (data.hasNonNull("operation")) {
            facts.add(data.path("operation").asText());
        }
        addAmount(facts, data, "added-records", "+%s records");
        addAmount(facts, data, "deleted-records", "-%s records");
        addAmount(facts, data, "removed-snapshots", "-%s snapshots");
        for (String changed : List.of("schema", "spec", "sort-order", "properties", "location")) {
            if (data.hasNonNull(changed + "-changed")) {
                facts.add(changed);
            }
        }
        addAmount(facts, data, "from", "from %s");
        return facts.isEmpty() ? "" : "  " + String.join(", ", facts);
    }

    private static void addAmount(List<String> facts, JsonNode data, String key, String text) {
        if (data.hasNonNull(key)) {
            facts.add(text.formatted(data.path(key).asText()));
        }
    }
}
