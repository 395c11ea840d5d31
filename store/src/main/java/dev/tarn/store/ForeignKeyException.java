package dev.tarn.store;

/// A row that another one refers to is not there, or may not go.
public final class ForeignKeyException extends RuntimeException {
    public ForeignKeyException(String message, Throwable cause) {
        super(message, cause);
    }
}
