package dev.tarn.store;

/// The work belongs to another process now; nothing of the transaction took effect.
public final class LeaseLostException extends RuntimeException {
    public LeaseLostException(String message) {
        super(message);
    }
}
