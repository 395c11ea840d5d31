package dev.tarn.engine.statement;

import org.jspecify.annotations.Nullable;

/// The server's answer to a statement that did not work, with the place in the text where it knows
/// one.
public final class StatementException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// Trino's name of the failure, for example `SYNTAX_ERROR` or `TABLE_NOT_FOUND`.
    private final String name;

    private final @Nullable Position position;

    /// A place in the text of the statement, both counted from one.
    public record Position(int line, int column) {}

    StatementException(String name, String message, @Nullable Position position) {
        super(message);
        this.name = name;
        this.position = position;
    }

    public String name() {
        return name;
    }

    public @Nullable Position position() {
        return position;
    }
}
