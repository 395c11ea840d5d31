package dev.tarn.app.cli;

import dev.tarn.app.instance.DataFolder;
import dev.tarn.app.instance.Instance;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which server a command talks to: the named one, else the one that runs on the data folder, else
/// the usual address.
public final class ServerOptions {
    private static final String USUAL = "http://127.0.0.1:8181";

    @Option(
            names = "--server",
            paramLabel = "URL",
            description = "Address of the server (default: the one that runs on the data folder).")
    @Nullable String server;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Data folder of the server (default: ~/.tarn).")
    @Nullable Path data;

    public URI address(Surroundings surroundings) {
        String named = server != null ? server : surroundings.environment().get("TARN_SERVER");
        if (named != null) {
            return parse(named);
        }
        SettingsOptions settings = SettingsOptions.of(data);
        return URI.create(
                Instance.findRunning(new DataFolder(settings.dataFolder(surroundings)))
                        .map(Instance::address)
                        .orElse(USUAL));
    }

    public Client client(Surroundings surroundings) {
        return new Client(address(surroundings));
    }

    private static URI parse(String text) {
        if (!text.matches("https?://[^/\\s]+/?")) {
            throw new CommandException("--server: expected http://host:port, found " + text);
        }
        return URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
    }
}
