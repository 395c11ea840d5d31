package dev.tarn.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The commands on warehouses.
final class WarehouseCommands {
    private static final String PATH = "/api/warehouses";

    private WarehouseCommands() {}

    @Command(name = "warehouses", description = "List warehouses.")
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
            JsonNode answer = server.client(surroundings).get(PATH);
            if (json) {
                surroundings.out().println(answer.toPrettyString());
                return;
            }
            Table table = new Table("WAREHOUSE", "ROOT", "PROPERTIES");
            for (JsonNode warehouse : answer.path("warehouses")) {
                String name = warehouse.path("name").asText();
                table.row(
                        warehouse.path("default").asBoolean() ? name + " (default)" : name,
                        warehouse.path("root").asText(),
                        properties(warehouse.path("properties")));
            }
            table.print(surroundings.out(), "");
        }

        private static String properties(JsonNode properties) {
            List<String> texts = new ArrayList<>();
            properties
                    .properties()
                    .forEach(property ->
                            texts.add(property.getKey() + "=" + property.getValue().asText()));
            return texts.isEmpty() ? "-" : String.join(", ", texts);
        }
    }

    @Command(
            name = "create-warehouse",
            description = "Create a warehouse.",
            footer = {
                "",
                "In the built-in storage it gets a bucket of its own. Clients choose it by its"
                        + " name."
            })
    static final class CreateCommand implements Runnable {
        private final Surroundings surroundings;

        @Mixin private ServerOptions server;

        @Parameters(paramLabel = "NAME", description = "Such as finance.")
        private String name = "";

        @Option(
                names = "--root",
                paramLabel = "LOCATION",
                description = "Where its tables lie, such as s3://bucket/prefix.")
        private @Nullable String root;

        @Option(
                names = "--property",
                paramLabel = "KEY=VALUE",
                description = "May be given several times.")
        private Map<String, String> properties = new LinkedHashMap<>();

        CreateCommand(Surroundings surroundings) {
            this.surroundings = surroundings;
        }

        @Override
        public void run() {
            ObjectNode body = JsonNodeFactory.instance.objectNode();
            body.put("name", name);
            if (root != null) {
                body.put("root", root);
            }
            properties.forEach(body.putObject("properties")::put);
            JsonNode created = server.client(surroundings).post(PATH, body);
            surroundings
                    .out()
                    .println(
                            "Warehouse %s lies in %s"
                                    .formatted(
                                            created.path("name").asText(),
                                            created.path("root").asText()));
        }
    }

    @Command(name = "set-warehouse", description = "Change the properties of a warehouse.")
    static final class SetCommand implements Runnable {
        private final Surroundings surroundings;

        @Mixin private ServerOptions server;

        @Parameters(index = "0", paramLabel = "NAME", description = "The warehouse.")
        private String name = "";

        @Parameters(index = "1..*", paramLabel = "KEY=VALUE", description = "Properties to set.")
        private Map<String, String> updates = new LinkedHashMap<>();

        @Option(
                names = "--remove",
                paramLabel = "KEY",
                description = "A property to remove; may be given several times.")
        private List<String> removals = new ArrayList<>();

        SetCommand(Surroundings surroundings) {
            this.surroundings = surroundings;
        }

        @Override
        public void run() {
            if (updates.isEmpty() && removals.isEmpty()) {
                throw new CommandException("Nothing to change; expected KEY=VALUE or --remove KEY");
            }
            ObjectNode body = JsonNodeFactory.instance.objectNode();
            updates.forEach(body.putObject("updates")::put);
            removals.forEach(body.putArray("removals")::add);
            JsonNode change =
                    server.client(surroundings)
                            .post(PATH + "/" + Client.encode(name) + "/properties", body);
            for (JsonNode missing : change.path("missing")) {
                surroundings.out().println("There was no property " + missing.asText());
            }
        }
    }

    @Command(
            name = "drop-warehouse",
            description = "Drop a warehouse in which nothing is left. Its files stay.")
    static final class DropCommand implements Runnable {
        private final Surroundings surroundings;

        @Mixin private ServerOptions server;

        @Parameters(paramLabel = "NAME", description = "The warehouse.")
        private String name = "";

        DropCommand(Surroundings surroundings) {
            this.surroundings = surroundings;
        }

        @Override
        public void run() {
            server.client(surroundings).delete(PATH + "/" + Client.encode(name));
        }
    }
}
