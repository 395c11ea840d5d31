package dev.tarn.app.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Part of the tree while it is read. Each call names a key, its default and its meaning and gives
/// its value; what is wrong is written down and the default goes on in its place.
final class Section {
    private static final Pattern AMOUNT = Pattern.compile("(\\d+)\\s*([A-Za-z]*)");

    private final String prefix;
    private final Map<String, Source.Value> values;
    private final Reading reading;

    /// What the sections of one tree find together.
    record Reading(List<Key> keys, List<Setting> settings, List<String> problems) {
        Reading() {
            this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }
    }

    Section(String prefix, Map<String, Source.Value> values, Reading reading) {
        this.prefix = prefix;
        this.values = values;
        this.reading = reading;
    }

    Section section(String name) {
        return new Section(prefix + name + ".", values, reading);
    }

    String text(String name, String fallback, String explanation) {
        return read(name, "text", fallback, explanation, text -> text, text -> text);
    }

    @Nullable String optional(String name, String explanation) {
        return readOptional(name, "text", null, explanation, text -> text, text -> text);
    }

    @Nullable Secret secret(String name, String explanation) {
        return readOptional(name, "secret text", null, explanation, Secret::new, Secret::toString);
    }

    /// An address that may carry a password.
    String address(String name, String fallback, String explanation) {
        return read(name, "address", fallback, explanation, text -> text, Section::masked);
    }

    boolean flag(String name, boolean fallback, String explanation) {
        return read(
                name, "true or false", fallback, explanation, Section::parseFlag, String::valueOf);
    }

    int port(String name, int fallback, String explanation) {
        return read(
                name,
                "port, 0 for any free one",
                fallback,
                explanation,
                Section::parsePort,
                String::valueOf);
    }

    int count(String name, int fallback, String explanation) {
        return read(name, "number", fallback, explanation, Section::parseCount, String::valueOf);
    }

    /// Bytes.
    long size(String name, String fallback, String explanation) {
        return read(
                name,
                "size (64KiB, 16MiB, 1GiB)",
                parseSize(fallback),
                explanation,
                Section::parseSize,
                Section::printSize);
    }

    Duration duration(String name, String fallback, String explanation) {
        return read(
                name,
                "duration (500ms, 30s, 5m, 1h, 30d)",
                Durations.parse(fallback),
                explanation,
                Durations::parse,
                Durations::print);
    }

    /// `~` is the user's home.
    Path path(String name, String fallback, String explanation) {
        Path home = Path.of(System.getProperty("user.home"));
        String text = read(name, "path", fallback, explanation, Section::checkPath, path -> path);
        return text.equals("~") || text.startsWith("~/")
                ? home.resolve(text.substring(Math.min(2, text.length())))
                : Path.of(text).toAbsolutePath().normalize();
    }

    /// A path below `folder` unless it is absolute.
    Path pathWithin(String name, Path folder, String fallback, String explanation) {
        String text =
                read(
                        name,
                        "path, relative to the data folder",
                        fallback,
                        explanation,
                        Section::checkPath,
                        path -> path);
        return folder.resolve(text).normalize();
    }

    <E extends Enum<E>> E choice(String name, E fallback, E[] all, String explanation) {
        List<String> words = Arrays.stream(all).map(Section::word).toList();
        return read(
                name,
                String.join(", ", words),
                fallback,
                explanation,
                text -> {
                    int index = words.indexOf(text);
                    if (index < 0) {
                        throw new IllegalArgumentException(
                                "expected one of " + String.join(", ", words));
                    }
                    return all[index];
                },
                Section::word);
    }

    /// Notes that a value makes no sense beside the others.
    void problem(String name, String message) {
        Source.Value value = values.get(prefix + name);
        reading.problems.add(
                prefix
                        + name
                        + ": "
                        + message
                        + (value == null ? "" : " (" + value.origin() + ")"));
    }

    private <T> T read(
            String name,
            String type,
            T fallback,
            String explanation,
            Function<String, T> parse,
            Function<T, String> print) {
        T value = readOptional(name, type, fallback, explanation, parse, print);
        return value == null ? fallback : value;
    }

    private <T> @Nullable T readOptional(
            String name,
            String type,
            @Nullable T fallback,
            String explanation,
            Function<String, T> parse,
            Function<T, String> print) {
        String full = prefix + name;
        Source.Value value = values.get(full);
        @Nullable T result = fallback;
        if (value != null) {
            try {
                result = parse.apply(value.text());
            } catch (InvalidPathException e) {
                problem(name, "expected a path, found " + value.text());
            } catch (IllegalArgumentException e) {
                problem(name, "%s, found %s".formatted(e.getMessage(), value.text()));
            }
        }
        String shown = result == null ? "" : print.apply(result);
        reading.keys.add(
                new Key(full, type, fallback == null ? "" : print.apply(fallback), explanation));
        reading.settings.add(new Setting(full, shown, value == null ? "default" : value.origin()));
        return result;
    }

    private static String checkPath(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("expected a path");
        }
        return Path.of(text).toString();
    }

    private static boolean parseFlag(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on" -> true;
            case "false", "no", "off" -> false;
            default -> throw new IllegalArgumentException("expected true or false");
        };
    }

    private static int parsePort(String text) {
        int port = text.matches("\\d{1,5}") ? Integer.parseInt(text) : -1;
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("expected a port from 0 to 65535");
        }
        return port;
    }

    private static int parseCount(String text) {
        if (!text.matches("\\d{1,9}")) {
            throw new IllegalArgumentException("expected a number");
        }
        return Integer.parseInt(text);
    }

    private static long parseSize(String text) {
        Matcher amount = AMOUNT.matcher(text);
        String expected = "expected a size such as 64MiB";
        if (!amount.matches() || amount.group(1).length() > 12) {
            throw new IllegalArgumentException(expected);
        }
        long unit =
                switch (amount.group(2)) {
                    case "B" -> 1L;
                    case "KiB" -> 1L << 10;
                    case "MiB" -> 1L << 20;
                    case "GiB" -> 1L << 30;
                    case "kB" -> 1_000L;
                    case "MB" -> 1_000_000L;
                    case "GB" -> 1_000_000_000L;
                    default -> throw new IllegalArgumentException(expected);
                };
        return Math.multiplyExact(Long.parseLong(amount.group(1)), unit);
    }

    private static String printSize(long bytes) {
        String[] units = {"GiB", "MiB", "KiB"};
        for (int i = 0; i < units.length; i++) {
            long unit = 1L << (30 - 10 * i);
            if (bytes >= unit && bytes % unit == 0) {
                return bytes / unit + units[i];
            }
        }
        return bytes + "B";
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    static String masked(String address) {
        return address.replaceFirst("(://[^:/@]*):[^@]*@", "$1:***@");
    }
}
