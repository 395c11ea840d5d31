package dev.tarn.storage.local;

/// A store of this kind cannot keep an object of this name.
public final class InvalidKeyException extends RuntimeException {
    public InvalidKeyException(String message) {
        super(message);
    }
}
