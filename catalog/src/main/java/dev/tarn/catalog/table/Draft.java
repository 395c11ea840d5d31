package dev.tarn.catalog.table;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.iceberg.MetadataUpdate.RemoveSnapshots;
import org.apache.iceberg.TableMetadata;
import org.jspecify.annotations.Nullable;

/// A table on its way from one version to the next.
///
/// Changes are made to the recent metadata, which costs the same whatever the history. Where that
/// does not suffice, because a change names an old snapshot, removes snapshots or is refused, the
/// whole metadata decides, and everything is done again on it.
final class Draft {
    private final @Nullable TableVersion base;
    private final Supplier<TableMetadata> whole;
    private final List<TableChange> changes;
    private final boolean onWhole;
    private final @Nullable TableMetadata next;

    private Draft(
            @Nullable TableVersion base,
            Supplier<TableMetadata> whole,
            List<TableChange> changes,
            boolean onWhole,
            @Nullable TableMetadata next) {
        this.base = base;
        this.whole = whole;
        this.changes = changes;
        this.onWhole = onWhole;
        this.next = next;
    }

    /// A table that does not exist yet.
    static Draft ofNew() {
        return new Draft(null, Draft::absent, List.of(), true, null);
    }

    /// A table that does not exist yet.
    static Draft ofNew(TableMetadata metadata) {
        return new Draft(null, Draft::absent, List.of(), true, metadata);
    }

    private static TableMetadata absent() {
        throw new IllegalStateException("A table before its creation");
    }

    /// @param whole the metadata of `base` with all snapshots
    static Draft of(TableVersion base, Supplier<TableMetadata> whole) {
        return new Draft(base, whole, List.of(), false, base.recent());
    }

    Draft then(TableChange change) {
        List<TableChange> more = new ArrayList<>(changes);
        more.add(change);
        if (base == null || onWhole) {
            return new Draft(base, whole, List.copyOf(more), onWhole, change.applyTo(next));
        }
        if (base.isWhole()) {
            return new Draft(base, whole, List.copyOf(more), false, change.applyTo(next));
        }
        if (change.updates().stream().noneMatch(RemoveSnapshots.class::isInstance)) {
            try {
                TableMetadata changed = change.applyTo(next);
                if (base.foretells(changed)) {
                    return new Draft(base, whole, List.copyOf(more), false, changed);
                }
            } catch (RuntimeException e) {
                // It may be for the want of an old snapshot; if not, it is refused once more below.
            }
        }
        TableMetadata changed = whole.get();
        for (TableChange each : more) {
            changed = each.applyTo(changed);
        }
        return new Draft(base, whole, List.copyOf(more), true, changed);
    }

    /// What the changes are made to; null for a new table.
    @Nullable TableVersion base() {
        return base;
    }

    /// The table with all changes: all there is of it, or the recent part.
    TableMetadata next() {
        if (next == null) {
            throw new IllegalStateException("No change was applied");
        }
        return next;
    }

    boolean isChanged() {
        return base == null || next().metadataFileLocation() == null;
    }

    /// The next version, at the place where its file will lie.
    TableVersion version(String location) {
        if (base == null) {
            return TableVersion.of(TableVersion.located(next(), location));
        }
        return onWhole
                ? base.followedBy(whole.get(), next(), location)
                : base.followedBy(next(), location);
    }
}
