package dev.tarn.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Looking at what was dropped, restoring it, letting it go.
final class DropCommands {

    private DropCommands() {}

    private static List<String> parse(String name) {
        List<String> parts = Names.parse(name);
        if (parts.size() < 2) {
            throw new CommandException(
                    "Expected NAMESPACE.TABLE, found %s; 'tarn catalog dropped' lists what there is"
                            .formatted(name));
        }
        return parts;
    }

    private static String name(JsonNode dropped) {
        List<String> parts = new ArrayList<>();
        dropped.path("namespace").forEach(level -> parts.add(level.asText()));
        parts.add(dropped.path("name").asText());
        return Names.print(parts);
    }

    /// What had this name; that with the id if there is one.
    private static List<JsonNode> find(WarehouseClient client, String name, @Nullable String id) {
        List<JsonNode> found =
                client.dropped(parse(name)).stream()
                        .filter(dropped -> id == null || dropped.path("id").asText().equals(id))
                        .toList();
        if (found.isEmpty()) {
            throw new CommandException(
                    "Nothing that was dropped was called %s%s; 'tarn catalog dropped' lists what there is"
                            .formatted(name, id == null ? "" : " and has the id " + id));
        }
        return found;
    }

    @Command(
            name = "dropped",
            description = "List what was dropped and can be restored, or is being purged.")
    static final class DroppedCommand implements Runnable {
        private final Surroundings surroundings;

        @Mixin private WarehouseClient.Options where;

        @Option(names = "--json", description = "Print JSON.")
        private boolean json;

        DroppedCommand(Surroundings surroundings) {
            this.surroundings = surroundings;
        }

        @Override
        public void run() {
            List<JsonNode> dropped = where.client(surroundings).dropped(List.of());
            if (json) {
                dropped.forEach(surroundings.out()::println);
                return;
            }
            if (dropped.isEmpty()) {
                surroundings.out().println("Nothing was dropped that could be restored");
                return;
            }
            Table table =
                    new Table("NAME", "KIND", "DROPPED", "UNTIL", "STATE", "THEN FILES", "ID");
            dropped.forEach(one -> add(table, one));
            table.print(surroundings.out(), "");
            dropped.stream()
                    .filter(one -> one.hasNonNull("last-error"))
                    .forEach(one ->
                            surroundings
                                    .out()
                                    .println(
                                            "%s: %s"
                                                    .formatted(
                                                            name(one),
                                                            one.path("last-error").asText())));
        }

        private static void add(Table table, JsonNode one) {
            long deleted = one.path("files-deleted").asLong();
            String state = one.path("state").asText();
            table.row(
                    name(one),
                    one.path("kind").asText(),
                    time(one.path("dropped-at")),
                    time(one.path("restorable-until")),
                    deleted == 0 ? state : "%s, %d files gone".formatted(state, deleted),
                    one.path("purge").asBoolean() ? "go" : "stay",
                    one.path("id").asText());
        }

        private static String time(JsonNode text) {
            return Instant.parse(text.asText()).truncatedTo(ChronoUnit.SECONDS).toString();
        }
    }

    @Command(name = "undrop", description = "Restore what was dropped, as it was.")
    static final class UndropCommand implements Runnable {
        private final Surroundings surroundings;

        @Mixin private WarehouseClient.Options where;

        @Parameters(paramLabel = "NAME", description = "The name it had, such as sales.orders.")
        private String name = "";

        @Option(
                names = "--as",
                paramLabel = "NAME",
                description = "Another name, in the same or another namespace.")
        private @Nullable String as;

        @Option(
                names = "--id",
                paramLabel = "ID",
                description = "Which of several that had the name (default: the last dropped).")
        private @Nullable String id;

        UndropCommand(Surroundings surroundings) {
            this.surroundings = surroundings;
        }

        @Override
        public void run() {
            WarehouseClient client = where.client(surroundings);
            List<JsonNode> found = find(client, name, id);
            JsonNode restored =
                    client.restore(
                            found.getLast().path("id").asText(), as == null ? null : parse(as));
            surroundings.out().println("Restored %s".formatted(name(restored)));
        }
    }

    @Command(
            name = "purge",
            description = "Delete the files of what was dropped now; it cannot be restored then.")
    static final class PurgeCommand implements Runnable {
        private final Surroundings surroundings;

        @Mixin private WarehouseClient.Options where;

        @Parameters(paramLabel = "NAME", description = "The name it had, such as sales.orders.")
        private String name = "";

        @Option(
                names = "--id",
                paramLabel = "ID",
                description = "Which of several that had the name.")
        private @Nullable String id;

        PurgeCommand(Surroundings surroundings) {
            this.surroundings = surroundings;
        }

        @Override
        public void run() {
            WarehouseClient client = where.client(surroundings);
            List<JsonNode> found = find(client, name, id);
            if (found.size() > 1) {
                throw new CommandException(
                        "%d that were dropped were called %s; --id says which, 'tarn catalog dropped' lists them"
                                .formatted(found.size(), name));
            }
            client.purge(found.getFirst().path("id").asText());
            surroundings
                    .out()
                    .println(
                            "The files of %s are being deleted; 'tarn catalog dropped' tells how far that is"
                                    .formatted(name));
        }
    }
}
