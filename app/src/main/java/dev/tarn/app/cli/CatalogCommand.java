package dev.tarn.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "catalog",
        description = "Look at namespaces and tables, protect and restore them, keep warehouses.",
        subcommands = {
            CatalogCommand.ListCommand.class,
            CatalogCommand.ShowCommand.class,
            DropCommands.DroppedCommand.class,
            DropCommands.UndropCommand.class,
            DropCommands.PurgeCommand.class,
            ProtectCommands.ProtectCommand.class,
            ProtectCommands.UnprotectCommand.class,
            EventsCommand.class,
            WarehouseCommands.ListCommand.class,
            WarehouseCommands.CreateCommand.class,
            WarehouseCommands.SetCommand.class,
            WarehouseCommands.DropCommand.class
        })
final class CatalogCommand implements Runnable {
    private final Surroundings surroundings;

    @Mixin private ServerOptions server;

    CatalogCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public void run() {
        new Listing(surroundings.out(), new CatalogClient(server.client(surroundings), null))
                .print(List.of());
    }

    /// Options of both commands.
    static final class Where {
        @Mixin private ServerOptions server;

        @Option(
                names = "--warehouse",
                paramLabel = "NAME",
                description = "Warehouse (default: the server's).")
        @Nullable String warehouse;

        @Option(names = "--json", description = "Print JSON.")
        boolean json;

        CatalogClient client(Surroundings surroundings) {
            return new CatalogClient(server(surroundings), warehouse);
        }

        Client server(Surroundings surroundings) {
            return server.client(surroundings);
        }
    }

    @Command(
            name = "list",
            description = "List namespaces, or what is in one of them.",
            footer = {
                "",
                "A part of a name that has a dot stands in double quotes: sales.\"eu.west\""
            })
    static final class ListCommand implements Runnable {
        private final Surroundings surroundings;

        @Mixin private Where where;

        @Parameters(
                arity = "0..1",
                paramLabel = "NAMESPACE",
                description = "None for the whole catalog.")
        private @Nullable String namespace;

        ListCommand(Surroundings surroundings) {
            this.surroundings = surroundings;
        }

        @Override
        public void run() {
            List<String> parts = namespace == null ? List.of() : Names.parse(namespace);
            Listing listing = new Listing(surroundings.out(), where.client(surroundings));
            if (where.json) {
                listing.printJson(parts);
            } else {
                listing.print(parts);
            }
        }
    }

    @Command(
            name = "show",
            description = "Show a table: its schema, partitioning, properties and snapshots.")
    static final class ShowCommand implements Runnable {
        private final Surroundings surroundings;

        @Mixin private Where where;

        @Parameters(paramLabel = "TABLE", description = "Such as sales.orders.")
        private String table = "";

        @Option(
                names = "--snapshots",
                paramLabel = "N",
                description = "How many of the newest snapshots (default: ${DEFAULT-VALUE}).")
        private int snapshotsMax = 10;

        ShowCommand(Surroundings surroundings) {
            this.surroundings = surroundings;
        }

        @Override
        public void run() {
            List<String> name = Names.parse(table);
            if (name.size() < 2) {
                throw new CommandException(
                        "Expected NAMESPACE.TABLE, found %s; 'tarn catalog' lists them"
                                .formatted(table));
            }
            JsonNode loaded = where.client(surroundings).table(name);
            if (where.json) {
                surroundings.out().println(loaded.path("metadata").toPrettyString());
            } else {
                new TablePage(surroundings.out(), snapshotsMax).print(Names.print(name), loaded);
            }
        }
    }

    /// Namespaces with the tables and views in them.
    private record Listing(PrintWriter out, CatalogClient catalog) {

        void print(List<String> parent) {
            Table table = new Table("NAMESPACE", "NAME", "KIND");
            collect(parent, table);
            if (table.isEmpty()) {
                out.println(
                        parent.isEmpty()
                                ? "The catalog is empty; 'tarn pipeline run FILE' or 'tarn sql'"
                                        + " fills it"
                                : "Namespace %s is empty".formatted(Names.print(parent)));
            } else {
                table.print(out, "");
            }
        }

        private void collect(List<String> namespace, Table into) {
            if (!namespace.isEmpty()) {
                String name = Names.print(namespace);
                List<String> tables = catalog.tables(namespace);
                List<String> views = catalog.views(namespace);
                tables.forEach(table -> into.row(name, Names.print(List.of(table)), "table"));
                views.forEach(view -> into.row(name, Names.print(List.of(view)), "view"));
                if (tables.isEmpty() && views.isEmpty()) {
                    into.row(name, "-", "empty");
                }
            }
            for (List<String> child : catalog.namespaces(namespace)) {
                collect(child, into);
            }
        }

        void printJson(List<String> parent) {
            var root = com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.objectNode();
            root.set("namespaces", json(catalog.namespaces(parent)));
            if (!parent.isEmpty()) {
                root.set("tables", json(catalog.tables(parent).stream().map(List::of).toList()));
                root.set("views", json(catalog.views(parent).stream().map(List::of).toList()));
            }
            out.println(root.toPrettyString());
        }

        private static JsonNode json(List<List<String>> names) {
            var array = com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.arrayNode();
            names.forEach(name -> array.add(Names.print(name)));
            return array;
        }
    }

    /// What a person wants to know of a table, on one page.
    private record TablePage(PrintWriter out, int snapshotsMax) {

        void print(String name, JsonNode loaded) {
            JsonNode metadata = loaded.path("metadata");
            Table head = new Table(List.of());
            head.row("table", name);
            head.row("format", "v" + metadata.path("format-version").asText());
            head.row("uuid", metadata.path("table-uuid").asText());
            head.row("location", metadata.path("location").asText());
            head.row("metadata", loaded.path("metadata-location").asText("-"));
            JsonNode schema =
                    find(metadata.path("schemas"), "schema-id", metadata.path("current-schema-id"));
            head.row("partitioned by", partitioning(metadata, schema));
            head.print(out, "");

            out.println();
            Table columns = new Table("ID", "COLUMN", "TYPE", "REQUIRED", "COMMENT");
            schema.path("fields").forEach(field -> column(columns, "", field));
            columns.print(out, "");

            if (!metadata.path("properties").isEmpty()) {
                out.println();
                Table properties = new Table("PROPERTY", "VALUE");
                metadata.path("properties")
                        .properties()
                        .forEach(property ->
                                properties.row(property.getKey(), property.getValue().asText()));
                properties.print(out, "");
            }
            out.println();
            snapshots(metadata);
        }

        private static void column(Table columns, String prefix, JsonNode field) {
            String name = prefix + field.path("name").asText();
            JsonNode type = field.path("type");
            columns.row(
                    field.path("id").asText(),
                    name,
                    type(type),
                    field.path("required").asBoolean() ? "yes" : "no",
                    field.path("doc").asText(""));
            if (type.path("type").asText().equals("struct")) {
                type.path("fields").forEach(child -> column(columns, name + ".", child));
            }
        }

        private static String type(JsonNode type) {
            return switch (type.path("type").asText()) {
                case "struct" -> "struct";
                case "list" -> "list<" + type(type.path("element")) + ">";
                case "map" ->
                        "map<" + type(type.path("key")) + ", " + type(type.path("value")) + ">";
                default -> type.asText();
            };
        }

        private static String partitioning(JsonNode metadata, JsonNode schema) {
            JsonNode spec =
                    find(
                            metadata.path("partition-specs"),
                            "spec-id",
                            metadata.path("default-spec-id"));
            List<String> fields = new ArrayList<>();
            for (JsonNode field : spec.path("fields")) {
                String column =
                        find(schema.path("fields"), "id", field.path("source-id"))
                                .path("name")
                                .asText("?");
                String transform = field.path("transform").asText();
                fields.add(
                        transform.equals("identity")
                                ? column
                                : transform.contains("[")
                                        ? transform
                                                .replace("[", "(" + column + ", ")
                                                .replace("]", ")")
                                        : transform + "(" + column + ")");
            }
            return fields.isEmpty() ? "nothing" : String.join(", ", fields);
        }

        private void snapshots(JsonNode metadata) {
            List<JsonNode> snapshots = new ArrayList<>();
            metadata.path("snapshots").forEach(snapshots::add);
            if (snapshots.isEmpty()) {
                out.println("No snapshots: nothing has been written yet");
                return;
            }
            Table table =
                    new Table(
                            "SNAPSHOT",
                            "COMMITTED",
                            "OPERATION",
                            "ADDED",
                            "DELETED",
                            "RECORDS",
                            "FILES",
                            "REFS");
            for (JsonNode snapshot : snapshots.reversed().stream().limit(snapshotsMax).toList()) {
                JsonNode summary = snapshot.path("summary");
                table.row(
                        snapshot.path("snapshot-id").asText(),
                        Instant.ofEpochMilli(snapshot.path("timestamp-ms").asLong())
                                .truncatedTo(ChronoUnit.SECONDS)
                                .toString(),
                        summary.path("operation").asText("-"),
                        summary.path("added-records").asText("0"),
                        summary.path("deleted-records").asText("0"),
                        summary.path("total-records").asText("-"),
                        summary.path("total-data-files").asText("-"),
                        refs(metadata, snapshot));
            }
            table.print(out, "");
            if (snapshots.size() > snapshotsMax) {
                out.println("... and %d older".formatted(snapshots.size() - snapshotsMax));
            }
        }

        private static String refs(JsonNode metadata, JsonNode snapshot) {
            List<String> names = new ArrayList<>();
            for (var ref : metadata.path("refs").properties()) {
                if (ref.getValue().path("snapshot-id").asLong()
                        == snapshot.path("snapshot-id").asLong()) {
                    names.add(ref.getKey());
                }
            }
            return String.join(", ", names);
        }

        private static JsonNode find(JsonNode array, String key, JsonNode value) {
            for (JsonNode item : array) {
                if (item.path(key).asInt() == value.asInt()) {
                    return item;
                }
            }
            return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
        }
    }
}
