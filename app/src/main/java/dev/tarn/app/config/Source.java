package dev.tarn.app.config;

import com.typesafe.config.ConfigException.Parse;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Where values come from: each is a text and the place it was found.
final class Source {

    /// Variables of the launcher and of the tests, no settings.
    private static final List<String> RESERVED =
            List.of(
                    "TARN_HEAP",
                    "TARN_JAVA_HOME",
                    "TARN_JAVA_OPTS",
                    "TARN_CACHE",
                    "TARN_CONFIG",
                    "TARN_SERVER");

    record Value(String text, String origin) {}

    private Source() {}

    /// The values of a HOCON file, by dotted key.
    static SequencedMap<String, Value> file(Path file, List<String> problems) {
        SequencedMap<String, Value> values = new LinkedHashMap<>();
        if (!Files.isReadable(file)) {
            problems.add(file + ": cannot be read");
            return values;
        }
        try {
            var options =
                    ConfigParseOptions.defaults()
                            .setSyntax(ConfigSyntax.CONF)
                            .setOriginDescription(file.toString());
            flatten(
                    "",
                    ConfigFactory.parseFile(file.toFile(), options).resolve().root(),
                    values,
                    problems);
        } catch (Parse e) {
            problems.add(oneLine(e.getMessage()));
        } catch (com.typesafe.config.ConfigException e) {
            problems.add(file + ": " + oneLine(e.getMessage()));
        }
        return values;
    }

    /// The variables that name a key. Kubernetes describes each service to every pod in variables
    /// of the service's name (`TARN_PORT=tcp://…`); those are none of ours.
    static SequencedMap<String, Value> environment(
            Map<String, String> environment, List<Key> keys, List<String> problems) {
        SequencedMap<String, Value> values = new LinkedHashMap<>();
        new TreeMap<>(environment)
                .forEach((variable, text) -> {
                    if (!variable.startsWith("TARN_")
                            || RESERVED.contains(variable)
                            || describesService(variable, text)) {
                        return;
                    }
                    keys.stream()
                            .filter(key -> key.variable().equals(variable))
                            .findFirst()
                            .ifPresentOrElse(
                                    key -> values.put(key.name(), new Value(text, variable)),
                                    () -> problems.add(unknown(variable, keys)));
                });
        return values;
    }

    private static String unknown(String variable, List<Key> keys) {
        return "%s: unknown variable, the nearest is %s"
                .formatted(
                        variable, Nearest.of(variable, keys.stream().map(Key::variable).toList()));
    }

    private static boolean describesService(String variable, String text) {
        return text.startsWith("tcp://")
                || text.startsWith("udp://")
                || variable.contains("_SERVICE_")
                || variable.matches(".*_(TCP|UDP)_(PROTO|PORT|ADDR)");
    }

    private static void flatten(
            String prefix,
            ConfigObject object,
            SequencedMap<String, Value> into,
            List<String> problems) {
        for (Map.Entry<String, ConfigValue> entry : new TreeMap<>(object).entrySet()) {
            String name = prefix + entry.getKey();
            ConfigValue value = entry.getValue();
            String origin = value.origin().description();
            if (value instanceof ConfigObject child) {
                flatten(name + ".", child, into, problems);
            } else if (value.valueType() == ConfigValueType.LIST) {
                problems.add("%s: expected one value, found a list (%s)".formatted(name, origin));
            } else if (value.valueType() != ConfigValueType.NULL) {
                into.put(name, new Value(String.valueOf(value.unwrapped()), origin));
            }
        }
    }

    private static String oneLine(@Nullable String message) {
        if (message == null) {
            return "cannot be read";
        }
        return message.lines().findFirst().orElse(message);
    }
}
