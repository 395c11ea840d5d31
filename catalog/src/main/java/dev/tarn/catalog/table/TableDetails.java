package dev.tarn.catalog.table;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.iceberg.MetadataUpdate;
import org.apache.iceberg.MetadataUpdate.AddSnapshot;
import org.apache.iceberg.MetadataUpdate.RemoveSnapshots;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.TableMetadata;
import org.jspecify.annotations.Nullable;

/// What an event tells of a table: where it points now, and what a commit has changed. Costs in
/// proportion to the change, not to the history.
final class TableDetails {
    /// Entries of a snapshot's summary that tell how much came and went.
    private static final List<String> AMOUNTS =
            List.of(
                    SnapshotSummary.ADDED_FILES_PROP,
                    SnapshotSummary.DELETED_FILES_PROP,
                    SnapshotSummary.ADDED_DELETE_FILES_PROP,
                    SnapshotSummary.REMOVED_DELETE_FILES_PROP,
                    SnapshotSummary.ADDED_RECORDS_PROP,
                    SnapshotSummary.DELETED_RECORDS_PROP,
                    SnapshotSummary.ADDED_FILE_SIZE_PROP,
                    SnapshotSummary.REMOVED_FILE_SIZE_PROP,
                    SnapshotSummary.TOTAL_RECORDS_PROP,
                    SnapshotSummary.TOTAL_DATA_FILES_PROP,
                    SnapshotSummary.TOTAL_FILE_SIZE_PROP);

    private static final int SNAPSHOTS_NAMED_MAX = 100;

    private TableDetails() {}

    static Map<String, String> ofNew(TableVersion table) {
        return of(null, table, List.of());
    }

    /// @param base null if the name had no table before
    /// @param changes from `base` to `next`
    static Map<String, String> of(
            @Nullable TableVersion base, TableVersion next, List<MetadataUpdate> changes) {
        return of(base == null ? null : base.recent(), next.recent(), changes);
    }

    private static Map<String, String> of(
            @Nullable TableMetadata base, TableMetadata next, List<MetadataUpdate> changes) {
        Map<String, String> details = new TreeMap<>();
        details.put("uuid", next.uuid());
        details.put("metadata-location", next.metadataFileLocation());
        details.put("format-version", Integer.toString(next.formatVersion()));
        Snapshot current = next.currentSnapshot();
        if (current != null) {
            details.put("snapshot-id", Long.toString(current.snapshotId()));
        }
        if (base != null) {
            compare(base, next, details);
            putSnapshots(changes, details);
        } else if (current != null) {
            putSnapshot(current, details);
        }
        return details;
    }

    private static void compare(
            TableMetadata base, TableMetadata next, Map<String, String> details) {
        details.put("previous-metadata-location", base.metadataFileLocation());
        if (base.currentSnapshot() != null) {
            details.put("previous-snapshot-id", Long.toString(base.currentSnapshot().snapshotId()));
        }
        putRefs(base.refs(), next.refs(), details);
        flag(details, "schema-changed", base.currentSchemaId() != next.currentSchemaId());
        flag(details, "spec-changed", base.defaultSpecId() != next.defaultSpecId());
        flag(details, "sort-order-changed", base.defaultSortOrderId() != next.defaultSortOrderId());
        flag(details, "properties-changed", !base.properties().equals(next.properties()));
        flag(details, "location-changed", !base.location().equals(next.location()));
        flag(details, "format-version-changed", base.formatVersion() != next.formatVersion());
    }

    private static void putSnapshots(List<MetadataUpdate> changes, Map<String, String> details) {
        SequencedMap<Long, Snapshot> byId = new LinkedHashMap<>();
        int removed = 0;
        for (MetadataUpdate change : changes) {
            if (change instanceof AddSnapshot add) {
                byId.put(add.snapshot().snapshotId(), add.snapshot());
            } else if (change instanceof RemoveSnapshots remove) {
                for (long id : remove.snapshotIds()) {
                    removed += byId.remove(id) == null ? 1 : 0;
                }
            }
        }
        List<Snapshot> added = List.copyOf(byId.values());
        if (removed > 0) {
            details.put("removed-snapshots", Integer.toString(removed));
        }
        if (added.isEmpty()) {
            return;
        }
        details.put(
                "added-snapshot-ids",
                added.stream()
                        .limit(SNAPSHOTS_NAMED_MAX)
                        .map(snapshot -> Long.toString(snapshot.snapshotId()))
                        .collect(Collectors.joining(",")));
        putSnapshot(added.getLast(), details);
    }

    private static void putSnapshot(Snapshot snapshot, Map<String, String> details) {
        if (snapshot.operation() != null) {
            details.put("operation", snapshot.operation());
        }
        details.put("sequence-number", Long.toString(snapshot.sequenceNumber()));
        if (snapshot.parentId() != null) {
            details.put("parent-snapshot-id", Long.toString(snapshot.parentId()));
        }
        for (String amount : AMOUNTS) {
            String value = snapshot.summary() == null ? null : snapshot.summary().get(amount);
            if (value != null) {
                details.put(amount, value);
            }
        }
    }

    private static void putRefs(
            Map<String, SnapshotRef> base,
            Map<String, SnapshotRef> next,
            Map<String, String> details) {
        var changed = new TreeSet<String>();
        next.forEach((name, ref) -> {
            if (!ref.equals(base.get(name))) {
                changed.add(name);
            }
        });
        base.keySet().stream().filter(name -> !next.containsKey(name)).forEach(changed::add);
        if (!changed.isEmpty()) {
            details.put("changed-refs", String.join(",", changed));
        }
    }

    private static void flag(Map<String, String> details, String name, boolean changed) {
        if (changed) {
            details.put(name, "true");
        }
    }
}
