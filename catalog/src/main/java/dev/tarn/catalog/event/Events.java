package dev.tarn.catalog.event;

import java.util.List;

/// The stream of changes that took effect.
public final class Events {
    public List<Event> after(long cursor, int limit) { throw new UnsupportedOperationException(); }
}
