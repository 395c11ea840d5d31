package dev.tarn.catalog.event;

import java.util.List;

/// Some events and where the next ones begin.
///
/// @param next the cursor to go on from; it moves on where no event was wanted, too
/// @param more whether there are events after `next` already
public record EventPage(List<Event> events, long next, boolean more) {
    public EventPage {
        events = List.copyOf(events);
    }
}
