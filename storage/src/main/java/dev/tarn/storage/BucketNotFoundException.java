package dev.tarn.storage;

/// There is no bucket of this name.
public final class BucketNotFoundException extends RuntimeException {
    public BucketNotFoundException(String bucket) {
        super("Bucket does not exist: " + bucket);
    }
}
