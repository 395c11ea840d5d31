package dev.tarn.pipeline.row;

import org.jspecify.annotations.Nullable;

/// A row that was left out, and why.
///
/// @param file where it came from: a file, or a partition of a topic
/// @param line counted from 1; the row's number where a file has no lines, an offset in a topic
public record Rejected(
        String file, long line, @Nullable String column, String reason, @Nullable String raw) {

    private static final int RAW_LENGTH_MAX = 10_000;

    public Rejected {
        if (raw != null && raw.length() > RAW_LENGTH_MAX) {
            raw = raw.substring(0, RAW_LENGTH_MAX);
        }
    }

    /// The same behind so many lines more.
    public Rejected behind(long lines) {
        return lines == 0 ? this : new Rejected(file, lines + line, column, reason, raw);
    }

    /// One sentence: `file:line: column: reason`.
    public String sentence() {
        return "%s:%s: %s%s".formatted(file, line, column == null ? "" : column + ": ", reason);
    }
}
