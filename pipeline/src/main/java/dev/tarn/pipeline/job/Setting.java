package dev.tarn.pipeline.job;

import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// A value of a job file and the line it stands on.
///
/// @param value String, Number, Boolean, a list of settings, a map of settings, or null
public record Setting(@Nullable Object value, int line) {

    /// The value as one line of text, the way it would be written.
    public String text() {
        return String.valueOf(value);
    }

    @SuppressWarnings("unchecked")
    public @Nullable List<Setting> listOrNull() {
        return value instanceof List<?> list ? (List<Setting>) list : null;
    }

    @SuppressWarnings("unchecked")
    public @Nullable SequencedMap<String, Setting> mapOrNull() {
        return value instanceof SequencedMap<?, ?> map ? (SequencedMap<String, Setting>) map : null;
    }

    String kind() {
        return switch (value) {
            case null -> "null";
            case List<?> ignored -> "a list";
            case SequencedMap<?, ?> ignored -> "a block";
            default -> "'" + value + "'";
        };
    }
}
