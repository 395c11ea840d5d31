package dev.tarn.catalog.event;

import java.time.Instant;
import java.util.Map;
import org.apache.iceberg.catalog.Namespace;
import org.jspecify.annotations.Nullable;

/// One change that took effect.
///
/// @param cursor position in the stream of events; only grows
/// @param kind such as `create-table`, `commit-table`, `drop-namespace`
/// @param name of the table or view; null if the change is one of the namespace
/// @param details further facts by name, such as `snapshot-id` or `metadata-location`
public record Event(
        long cursor,
        Instant at,
        String kind,
        String warehouse,
        Namespace namespace,
        @Nullable String name,
        Map<String, String> details) {

    public Event {
        details = Map.copyOf(details);
    }
}
