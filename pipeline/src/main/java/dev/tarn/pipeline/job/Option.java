package dev.tarn.pipeline.job;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One option of a plugin.
///
/// @param oldNames names of earlier SeaTunnel versions that mean the same
/// @param fallback what holds if the option is not given, as text; null for none
/// @param meaning what it does, or why it is refused or without effect
public record Option(
        String name,
        List<String> oldNames,
        Kind kind,
        Standing standing,
        boolean required,
        @Nullable String fallback,
        String meaning) {

    /// What a value must look like.
    public enum Kind {
        TEXT("text"),
        NUMBER("a whole number"),
        TRUTH("true or false"),
        LIST("a list"),
        MAP("a block"),
        ANY("any value");

        final String words;

        Kind(String words) {
            this.words = words;
        }

        boolean accepts(Setting setting) {
            return switch (this) {
                case TEXT ->
                        setting.value() instanceof String
                                || setting.value() instanceof Number
                                || setting.value() instanceof Boolean;
                case NUMBER ->
                        setting.value() instanceof Number
                                || isWhole(String.valueOf(setting.value()));
                case TRUTH ->
                        setting.value() instanceof Boolean
                                || "true".equals(setting.value())
                                || "false".equals(setting.value());
                case LIST -> setting.listOrNull() != null;
                case MAP -> setting.mapOrNull() != null;
                case ANY -> true;
            };
        }

        private static boolean isWhole(String text) {
            return text.matches("-?\\d{1,18}");
        }
    }

    /// What becomes of an option that is given.
    public enum Standing {
        HONOURED("honoured"),
        NO_EFFECT("accepted, no effect"),
        REFUSED("refused");

        final String words;

        Standing(String words) {
            this.words = words;
        }
    }

    public Option {
        oldNames = List.copyOf(oldNames);
    }

    public static Option honoured(
            String name, Kind kind, @Nullable String fallback, String meaning) {
        return new Option(name, List.of(), kind, Standing.HONOURED, false, fallback, meaning);
    }

    public static Option required(String name, Kind kind, String meaning) {
        return new Option(name, List.of(), kind, Standing.HONOURED, true, null, meaning);
    }

    public static Option withoutEffect(String name, Kind kind, String reason) {
        return new Option(name, List.of(), kind, Standing.NO_EFFECT, false, null, reason);
    }

    public static Option refused(String name, String reason) {
        return new Option(name, List.of(), Kind.ANY, Standing.REFUSED, false, null, reason);
    }

    public Option formerly(String... names) {
        return new Option(name, List.of(names), kind, standing, required, fallback, meaning);
    }
}
