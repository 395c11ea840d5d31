package dev.tarn.app.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// The configuration in effect and where each value of it comes from.
public record Configuration(Config config, List<Setting> settings) {

    public Configuration {
        settings = List.copyOf(settings);
    }

    /// Reads the file, then the environment over it, then the flags over both.
    ///
    /// @param file null if there is none
    /// @param flags dotted key to value; the name to show is the flag's, see [Flag]
    /// @throws ConfigException naming everything that is wrong
    public static Configuration load(
            @Nullable Path file, Map<String, String> environment, List<Flag> flags) {
        Section.Reading reading = new Section.Reading();
        List<Key> keys = keys();
        SequencedMap<String, Source.Value> values = new LinkedHashMap<>();
        if (file != null) {
            values.putAll(Source.file(file, reading.problems()));
            shorten(values);
        }
        values.putAll(Source.environment(environment, keys, reading.problems()));
        for (Flag flag : flags) {
            values.put(flag.key(), new Source.Value(flag.value(), flag.name()));
        }
        List<String> names = keys.stream().map(Key::name).toList();
        values.forEach((name, value) -> {
            if (!names.contains(name)) {
                reading.problems()
                        .add(
                                "%s: unknown key, the nearest is %s (%s)"
                                        .formatted(name, Nearest.of(name, names), value.origin()));
            }
        });
        Config config = Config.read(new Section("", values, reading));
        if (!reading.problems().isEmpty()) {
            throw new ConfigException(reading.problems());
        }
        return new Configuration(config, reading.settings());
    }

    /// A value given on the command line.
    ///
    /// @param name as the user typed it
    public record Flag(String name, String key, String value) {}

    /// The file to use if none is named: `tarn.conf` in the data folder.
    public static @Nullable Path defaultFile(Path data) {
        Path file = data.resolve("tarn.conf");
        return Files.exists(file) ? file : null;
    }

    /// `store = "postgresql://…"` means `store.url`.
    private static void shorten(SequencedMap<String, Source.Value> values) {
        Source.Value store = values.remove("store");
        if (store != null) {
            values.put("store.url", store);
        }
    }

    /// All keys, found by reading a configuration that sets none.
    static List<Key> keys() {
        Section.Reading reading = new Section.Reading();
        Config unused = Config.read(new Section("", Map.of(), reading));
        if (!reading.problems().isEmpty()) {
            throw new IllegalStateException("The defaults contradict each other: " + unused);
        }
        return reading.keys();
    }

    /// The page `docs/reference/config.md`.
    public static String reference() {
        StringBuilder page =
                new StringBuilder(
                        """
                        # Configuration

                        One file in [HOCON](https://github.com/lightbend/config/blob/main/HOCON.md), `tarn.conf` in the
                        data folder or the file named by `--config`; the environment overrides it, flags override both.
                        An unknown key is an error. `tarn config` prints what is in effect and where it comes from, with
                        secrets masked.

                        | key | variable | values | default | meaning |
                        |---|---|---|---|---|
                        """);
        for (Key key : keys()) {
            page.append(
                    "| `%s` | `%s` | %s | %s | %s |\n"
                            .formatted(
                                    key.name(),
                                    key.variable(),
                                    key.type(),
                                    key.fallback().isEmpty() ? "" : "`" + key.fallback() + "`",
                                    key.explanation()));
        }
        return page.toString();
    }
}
