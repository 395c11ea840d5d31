package dev.tarn.pipeline.row;

import org.jspecify.annotations.Nullable;

/// A row that does not fit its schema. Carries no stack: a file may be full of them.
public final class Misfit extends Exception {
    private static final int VALUE_LENGTH_MAX = 60;

    private final @Nullable String column;

    public Misfit(@Nullable String column, String reason) {
        super(reason, null, false, false);
        this.column = column;
    }

    public static Misfit value(@Nullable String column, String expected, Object found) {
        return new Misfit(
                column, "expected %s, found '%s'".formatted(expected, shortened(found.toString())));
    }

    public static String shortened(String text) {
        return text.length() <= VALUE_LENGTH_MAX
                ? text
                : text.substring(0, VALUE_LENGTH_MAX) + "...";
    }

    /// The column at fault, or null if it is the row as a whole.
    public @Nullable String column() {
        return column;
    }

    public String reason() {
        return String.valueOf(getMessage());
    }

    Misfit in(String name) {
        return new Misfit(column == null ? name : name + "." + column, reason());
    }
}
