package dev.tarn.catalog.drop;

import dev.tarn.catalog.relation.Kind;
import java.time.Instant;
import org.apache.iceberg.catalog.TableIdentifier;
import org.jspecify.annotations.Nullable;

/// A table or view that was dropped.
///
/// @param id that of the relation, which it keeps when it is restored
/// @param name it had
/// @param expiresAt until when it can be restored
/// @param purge whether its files go when its time is over
public record Dropped(
        String id,
        Kind kind,
        TableIdentifier name,
        String uuid,
        String metadataLocation,
        Instant droppedAt,
        Instant expiresAt,
        boolean purge,
        Progress progress) {

    /// How far a purge is.
    ///
    /// @param begun whether there is no way back any more
    /// @param filesDeleted how many deletions have been asked for; those asked for again after a
    ///   failure count again
    /// @param filesSpared how many files lie below other tables and stay
    /// @param attempts how often it failed
    public record Progress(
            boolean begun,
            long filesDeleted,
            long filesSpared,
            int attempts,
            @Nullable String lastError) {
        static final Progress NONE = new Progress(false, 0, 0, 0, null);
    }

    /// Whether it can be restored at `now`.
    public boolean isRestorable(Instant now) {
        return !progress.begun() && now.isBefore(expiresAt);
    }
}
