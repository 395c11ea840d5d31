package dev.tarn.catalog;

/// Too many ask for the same at once. Nothing was done, and the same request may be sent again.
public final class BusyException extends RuntimeException {
    public BusyException(String message) {
        super(message);
    }
}
