package dev.tarn.store;

/// The database could not be reached or refused a statement; nothing of the transaction took
/// effect.
public class StoreException extends RuntimeException {
    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
