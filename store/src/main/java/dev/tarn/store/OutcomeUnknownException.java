package dev.tarn.store;

/// The answer to COMMIT was lost: the transaction took effect, or it did not.
public final class OutcomeUnknownException extends RuntimeException {
    public OutcomeUnknownException(String message, Throwable cause) {
        super(message, cause);
    }
}
