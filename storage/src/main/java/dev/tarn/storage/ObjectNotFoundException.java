package dev.tarn.storage;

/// There is no object of this name.
public final class ObjectNotFoundException extends RuntimeException {
    public ObjectNotFoundException(Location location) {
        super("Object does not exist: " + location);
    }
}
