package dev.tarn.catalog.event;

import java.time.Instant;
import java.util.Collections;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.apache.iceberg.catalog.Namespace;
import org.jspecify.annotations.Nullable;

/// One change that took effect.
///
/// @param cursor position in the stream of events, counted from 1 without gaps
/// @param namespace empty if the change is one of the warehouse
/// @param name of the table, view or function; null if the change is one of the namespace
/// @param details further facts by name, such as `snapshot-id` or `metadata-location`
public record Event(
        long cursor,
        Instant at,
        EventType type,
        String warehouse,
        Namespace namespace,
        @Nullable String name,
        SequencedMap<String, String> details) {

    public Event {
        details = Collections.unmodifiableSequencedMap(new TreeMap<>(details));
    }
}
