package dev.tarn.app.cli;

import dev.tarn.app.config.Configuration.Flag;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options of the commands that start the platform.
final class PortOptions {

    enum Ports {
        AUTO
    }

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "Port of the catalog (default: 8181, 0 for any free one).")
    @Nullable Integer catalog;

    @Option(
            names = "--storage-port",
            paramLabel = "N",
            description = "Port of the built-in S3 endpoint (default: 9000).")
    @Nullable Integer storage;

    @Option(names = "--sql-port", paramLabel = "N", description = "Port of Trino (default: 8080).")
    @Nullable Integer sql;

    @Option(
            names = "--ports",
            paramLabel = "auto",
            description = "Take any free ports; 'tarn status' tells which.")
    @Nullable Ports ports;

    List<Flag> flags() {
        List<Flag> flags = new ArrayList<>();
        if (ports == Ports.AUTO) {
            flags.add(new Flag("--ports", "catalog.port", "0"));
            flags.add(new Flag("--ports", "storage.port", "0"));
            flags.add(new Flag("--ports", "sql.port", "0"));
        }
        add(flags, "--port", "catalog.port", catalog);
        add(flags, "--storage-port", "storage.port", storage);
        add(flags, "--sql-port", "sql.port", sql);
        return flags;
    }

    private static void add(List<Flag> flags, String name, String key, @Nullable Integer port) {
        if (port != null) {
            flags.add(new Flag(name, key, port.toString()));
        }
    }
}
