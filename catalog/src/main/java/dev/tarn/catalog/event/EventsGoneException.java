package dev.tarn.catalog.event;

/// The cursor points to events that are no longer kept, or that never were: what lies between
/// cannot be told, and is not passed over in silence.
public final class EventsGoneException extends RuntimeException {
    EventsGoneException(String message) {
        super(message);
    }
}
