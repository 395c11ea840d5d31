package dev.tarn.app.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Protecting things against being dropped, and no longer.
final class ProtectCommands {

    private ProtectCommands() {}

    /// What is meant.
    static final class Subject {
        @Mixin private WarehouseClient.Options where;

        @Parameters(
                arity = "0..1",
                paramLabel = "NAME",
                description = "Table, view or namespace; none for the warehouse itself.")
        private @Nullable String name;

        @Option(
                names = "--namespace",
                description = "NAME is a namespace, not a table of that name.")
        private boolean namespace;

        void protect(Surroundings surroundings, boolean value) {
            WarehouseClient client = where.client(surroundings);
            List<String> parts = name == null ? List.of() : Names.parse(name);
            client.protect(path(client, parts), value);
            surroundings
                    .out()
                    .println(
                            "%s is %s"
                                    .formatted(
                                            name == null ? "The warehouse" : Names.print(parts),
                                            value
                                                    ? "protected; 'tarn catalog unprotect' lifts"
                                                            + " that"
                                                    : "not protected"));
        }

        private String path(WarehouseClient client, List<String> parts) {
            if (parts.size() > 1 && !namespace) {
                for (String kind : List.of("tables", "views")) {
                    String path = client.path(parts, kind);
                    if (client.exists(path)) {
                        return path;
                    }
                }
            }
            String path = client.path(parts, null);
            if (!client.exists(path)) {
                throw new CommandException(
                        "No table, view or namespace is called %s; 'tarn catalog' lists them"
                                .formatted(Names.print(parts)));
            }
            return path;
        }
    }

    @Command(
            name = "protect",
            description = "Protect a table, view, namespace or warehouse against being dropped.")
    static final class ProtectCommand implements Runnable {
        private final Surroundings surroundings;

        @Mixin private Subject subject;

        ProtectCommand(Surroundings surroundings) {
            this.surroundings = surroundings;
        }

        @Override
        public void run() {
            subject.protect(surroundings, true);
        }
    }

    @Command(name = "unprotect", description = "Lift the protection again.")
    static final class UnprotectCommand implements Runnable {
        private final Surroundings surroundings;

        @Mixin private Subject subject;

        UnprotectCommand(Surroundings surroundings) {
            this.surroundings = surroundings;
        }

        @Override
        public void run() {
            subject.protect(surroundings, false);
        }
    }
}
