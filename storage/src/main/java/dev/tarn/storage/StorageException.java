package dev.tarn.storage;

/// The store could not be reached or refused the call. A write that threw this may or may not have
/// taken effect.
public final class StorageException extends RuntimeException {
    public StorageException(String message, Throwable cause) {
        super(message, cause);
    }

    public StorageException(String message) {
        super(message);
    }
}
