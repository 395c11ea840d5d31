package dev.tarn.app.webhook;

import dev.tarn.app.config.Secret;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Somebody who is told of events.
///
/// @param version counts the changes by people; a delivery that began before one is not counted
/// @param cursor of the last event that was delivered, or that the filter passed over
/// @param pausedReason why nothing is delivered, null if it is
/// @param failures attempts that failed since the last one that did not
/// @param last null if there was no attempt
public record Webhook(
        String id,
        long version,
        URI url,
        Filter filter,
        Secret secret,
        Instant created,
        long cursor,
        @Nullable String pausedReason,
        int failures,
        long delivered,
        @Nullable Attempt last) {

    /// Which events it is told of, in the words of its maker; null for all.
    public record Filter(
            @Nullable String warehouse,
            @Nullable List<String> namespace,
            @Nullable String table,
            @Nullable List<String> types) {
        public static final Filter ALL = new Filter(null, null, null, null);
    }

    /// @param status null if there was no answer
    /// @param error null if it was delivered
    public record Attempt(Instant at, @Nullable Integer status, @Nullable String error) {}
}
