package dev.tarn.app.cli;

import dev.tarn.app.instance.DataFolder;
import dev.tarn.app.instance.Instance;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which server a command talks to: the named one, else the one that runs on the data folder. Only
/// where neither is named the usual address will do: a folder that was named must never come to
/// mean another one's tables.
public final class ServerOptions {
    private static final URI USUAL = URI.create("http://127.0.0.1:8181");

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
        DataFolder folder = new DataFolder(SettingsOptions.of(data).dataFolder(surroundings));
        Optional<Instance> running = Instance.findRunning(folder);
        if (running.isPresent()) {
            return URI.create(running.get().address());
        }
        if (data != null || surroundings.environment().containsKey("TARN_DATA")) {
            throw new CommandException(
                    3,
                    "No Tarn runs on %s; start it with 'tarn up -d' or name another with --data DIR or --server URL"
                            .formatted(folder.path()),
                    null);
        }
        return USUAL;
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
