package dev.tarn.app.cli;

import org.jspecify.annotations.Nullable;

/// A command that could not do its work. The message is for a person: what is wrong, what to do.
public final class CommandException extends RuntimeException {
    private final int exitCode;

    public CommandException(String message) {
        this(message, null);
    }

    public CommandException(String message, @Nullable Throwable cause) {
        this(1, message, cause);
    }

    public CommandException(int exitCode, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    public int exitCode() {
        return exitCode;
    }
}
