package dev.tarn.catalog.idempotency;

/// Rolls a transaction back: the same request took effect elsewhere.
final class KeyTakenException extends RuntimeException {
    KeyTakenException(String key) {
        super("Idempotency-Key is taken: " + key, null, false, false);
    }
}
