package dev.tarn.storage;

/// A conditional write found another object, or none, where it expected one. Nothing was written.
public final class PreconditionFailedException extends RuntimeException {
    public PreconditionFailedException(Location location, Condition condition) {
        super("Precondition %s does not hold for %s".formatted(condition, location));
    }
}
