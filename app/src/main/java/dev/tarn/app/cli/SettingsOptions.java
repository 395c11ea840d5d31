package dev.tarn.app.cli;

import dev.tarn.app.config.ConfigException;
import dev.tarn.app.config.Configuration;
import dev.tarn.app.config.Configuration.Flag;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that set something, for every command that reads the configuration of this machine.
final class SettingsOptions {

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Folder everything lives in (default: ~/.tarn).")
    @Nullable Path data;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Configuration (default: tarn.conf in the data folder).")
    @Nullable Path file;

    static SettingsOptions of(@Nullable Path data) {
        SettingsOptions options = new SettingsOptions();
        options.data = data;
        return options;
    }

    /// Reads the configuration; the data folder must be known first, since the file lies in it.
    Configuration load(Surroundings surroundings, List<Flag> more) {
        List<Flag> flags = new ArrayList<>();
        if (data != null) {
            flags.add(new Flag("--data", "data", surroundings.folder().resolve(data).toString()));
        }
        flags.addAll(more);
        return Configuration.load(configFile(surroundings), surroundings.environment(), flags);
    }

    /// Known even where the configuration has errors, so that what runs can be stopped.
    Path dataFolder(Surroundings surroundings) {
        try {
            return load(surroundings, List.of()).config().data();
        } catch (ConfigException e) {
            return namedFolder(surroundings);
        }
    }

    private Path namedFolder(Surroundings surroundings) {
        if (data != null) {
            return surroundings.folder().resolve(data);
        }
        String variable = surroundings.environment().get("TARN_DATA");
        return variable == null
                ? Path.of(System.getProperty("user.home"), ".tarn")
                : surroundings.folder().resolve(variable);
    }

    private @Nullable Path configFile(Surroundings surroundings) {
        if (file != null) {
            return surroundings.folder().resolve(file);
        }
        String named = surroundings.environment().get("TARN_CONFIG");
        return named != null
                ? surroundings.folder().resolve(named)
                : Configuration.defaultFile(namedFolder(surroundings));
    }
}
