package dev.tarn.catalog.table;

import dev.tarn.catalog.document.Document;
import dev.tarn.catalog.document.Items;
import dev.tarn.catalog.document.Piece;
import dev.tarn.catalog.document.Text;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.apache.iceberg.HistoryEntry;
import org.apache.iceberg.MetadataUpdate;
import org.apache.iceberg.MetadataUpdate.AddSnapshot;
import org.apache.iceberg.MetadataUpdate.SetSnapshotRef;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadata.MetadataLogEntry;
import org.apache.iceberg.TableMetadataParser;
import org.jspecify.annotations.Nullable;

/// A table as one metadata file tells it, ready to be told again and to be changed.
///
/// What grows with the history of a table, its snapshots and its logs, is kept as text that the
/// next version shares. Beside it stands what a change looks at: the metadata with the newest
/// snapshots and those that branches and tags point to.
final class TableVersion {
    /// Of snapshots and of log entries. Up to so many the whole history is kept as objects.
    private static final int RECENT_MAX = 64;

    /// Objects take a few times the room of their text.
    private static final int OBJECTS_FACTOR = 4;

    private static final int SNAPSHOT_BYTES = 1_024;
    private static final int OVERHEAD_BYTES = 4_096;

    private final TableMetadata recent;
    private final SnapshotIds ids;
    private final int logSize;
    private final boolean logComplete;
    private final Text current;
    private final Text structure;
    private final Text statistics;
    private final Items snapshots;
    private final Items snapshotLog;
    private final Items metadataLog;

    private TableVersion(TableMetadata recent, History history, Text structure, Text statistics) {
        this.recent = recent;
        this.ids = history.ids;
        this.logSize = history.logSize;
        this.logComplete = history.logComplete;
        this.current = MetadataJson.current(recent);
        this.structure = structure;
        this.statistics = statistics;
        this.snapshots = history.snapshots;
        this.snapshotLog = history.snapshotLog;
        this.metadataLog = history.metadataLog;
    }

    /// What grows.
    ///
    /// @param logComplete whether every snapshot in the log is there
    private record History(
            SnapshotIds ids,
            int logSize,
            boolean logComplete,
            Items snapshots,
            Items snapshotLog,
            Items metadataLog) {

        static History of(TableMetadata whole) {
            SnapshotIds ids = SnapshotIds.NONE.append(idsOf(whole.snapshots()));
            return new History(
                    ids,
                    whole.snapshotLog().size(),
                    hasAll(whole, whole.snapshotLog()),
                    Items.NONE.append(texts(whole.snapshots(), MetadataJson::snapshot)),
                    Items.NONE.append(texts(whole.snapshotLog(), MetadataJson::logEntry)),
                    Items.NONE_SLIDING.append(
                            texts(whole.previousFiles(), MetadataJson::logEntry)));
        }
    }

    /// @param whole with all snapshots
    static TableVersion of(TableMetadata whole) {
        var version =
                new TableVersion(
                        whole,
                        History.of(whole),
                        MetadataJson.structure(whole),
                        MetadataJson.statistics(whole));
        return version.trimmed();
    }

    /// The table as it is now: its snapshots are the newest ones and those that a branch or tag
    /// points to, its snapshot log ends as the whole one does, everything else is complete.
    TableMetadata recent() {
        return recent;
    }

    /// Whether [#recent] has all snapshots and the whole log.
    boolean isWhole() {
        return recent.snapshots().size() == ids.size() && recent.snapshotLog().size() == logSize;
    }

    @Nullable String metadataLocation() {
        return recent.metadataFileLocation();
    }

    String requireLocation() {
        String location = recent.metadataFileLocation();
        if (location == null) {
            throw new IllegalStateException("No file was written of table " + recent.uuid());
        }
        return location;
    }

    /// The metadata as JSON: an object.
    List<Piece> json() {
        return json(snapshots, snapshotLog);
    }

    /// As [#json], without the snapshots that no branch and no tag points to.
    List<Piece> jsonOfRefs() {
        Set<Long> referenced = referenced();
        List<Snapshot> kept =
                recent.snapshots().stream()
                        .filter(snapshot -> referenced.contains(snapshot.snapshotId()))
                        .toList();
        return json(Items.NONE.append(texts(kept, MetadataJson::snapshot)), snapshotLog);
    }

    private List<Piece> json(Items someSnapshots, Items log) {
        return List.of(
                current,
                structure,
                statistics,
                MetadataJson.SNAPSHOTS,
                someSnapshots,
                MetadataJson.SNAPSHOT_LOG,
                log,
                MetadataJson.METADATA_LOG,
                metadataLog,
                MetadataJson.END);
    }

    /// The metadata with all snapshots.
    TableMetadata whole() {
        return isWhole() ? recent : parse(json());
    }

    private TableMetadata parse(List<Piece> json) {
        return TableMetadataParser.fromJson(
                recent.metadataFileLocation(),
                new String(Document.plain(json), StandardCharsets.UTF_8));
    }

    /// What it takes of memory, in bytes, more or less.
    int weight() {
        return OVERHEAD_BYTES
                + OBJECTS_FACTOR * (current.length() + structure.length() + statistics.length())
                + snapshots.weight()
                + snapshotLog.weight()
                + metadataLog.weight()
                + SNAPSHOT_BYTES * recent.snapshots().size()
                + Long.BYTES * ids.size();
    }

    /// Whether `changed`, made from [#recent] by updates none of which removes a snapshot, is what
    /// they would have made of the whole metadata, as far as it goes.
    ///
    /// What the updates refuse on the recent metadata is not asked here: it may be refused wrongly.
    boolean foretells(TableMetadata changed) {
        if (isWhole()) {
            return true;
        }
        int mainMoves = 0;
        for (MetadataUpdate update : changed.changes()) {
            if (update instanceof AddSnapshot add && ids.contains(add.snapshot().snapshotId())) {
                return false;
            }
            if (update instanceof SetSnapshotRef set
                    && set.name().equals(SnapshotRef.MAIN_BRANCH)) {
                mainMoves++;
            }
        }
        // Of several moves of the main branch only the last one stays in the log, which is then
        // cleared of snapshots that are not there.
        return (mainMoves <= 1 || (logComplete && hasAll(recent, recent.snapshotLog())))
                // No snapshot may have a higher sequence number than the table.
                && changed.lastSequenceNumber() >= recent.lastSequenceNumber()
                && startsWith(changed.snapshotLog(), recent.snapshotLog());
    }

    /// The version that has the changes, written at `location`.
    ///
    /// @param changed made from [#recent]
    TableVersion followedBy(TableMetadata changed, String location) {
        return followedBy(recent, changed, location);
    }

    /// As [#followedBy].
    ///
    /// @param whole the metadata with all snapshots
    /// @param changed made from `whole`
    TableVersion followedBy(TableMetadata whole, TableMetadata changed, String location) {
        if (!startsWith(changed.snapshots(), whole.snapshots())
                || !startsWith(changed.snapshotLog(), whole.snapshotLog())) {
            return of(located(changed, location));
        }
        List<Snapshot> newSnapshots = rest(changed.snapshots(), whole.snapshots());
        List<HistoryEntry> newEntries = rest(changed.snapshotLog(), whole.snapshotLog());
        var history =
                new History(
                        ids.append(idsOf(newSnapshots)),
                        logSize + newEntries.size(),
                        logComplete && hasAll(changed, newEntries),
                        snapshots.append(texts(newSnapshots, MetadataJson::snapshot)),
                        snapshotLog.append(texts(newEntries, MetadataJson::logEntry)),
                        slid(whole.previousFiles(), changed.previousFiles()));
        TableMetadata next = located(changed, location);
        return new TableVersion(
                        next,
                        history,
                        hasSameStructure(next) ? structure : MetadataJson.structure(next),
                        hasSameStatistics(next) ? statistics : MetadataJson.statistics(next))
                .trimmed();
    }

    static TableMetadata located(TableMetadata metadata, String location) {
        return TableMetadata.buildFrom(metadata)
                .withMetadataLocation(location)
                .discardChanges()
                .build();
    }

    /// A metadata log grows at its end while its beginning is cut off.
    private Items slid(List<MetadataLogEntry> before, List<MetadataLogEntry> after) {
        int dropped = after.isEmpty() ? -1 : before.indexOf(after.getFirst());
        if (dropped < 0 || !startsWith(after, before.subList(dropped, before.size()))) {
            return Items.NONE_SLIDING.append(texts(after, MetadataJson::logEntry));
        }
        return metadataLog
                .append(
                        texts(
                                after.subList(before.size() - dropped, after.size()),
                                MetadataJson::logEntry))
                .withoutFirst(dropped);
    }

    private boolean hasSameStructure(TableMetadata next) {
        return next.formatVersion() == recent.formatVersion()
                && next.currentSchemaId() == recent.currentSchemaId()
                && next.defaultSpecId() == recent.defaultSpecId()
                && isSame(next.schemas(), recent.schemas())
                && isSame(next.specs(), recent.specs())
                && isSame(next.sortOrders(), recent.sortOrders());
    }

    private boolean hasSameStatistics(TableMetadata next) {
        return isSame(next.statisticsFiles(), recent.statisticsFiles())
                && isSame(next.partitionStatisticsFiles(), recent.partitionStatisticsFiles());
    }

    /// Without old snapshots and log entries, once there are many.
    private TableVersion trimmed() {
        int enough = 2 * recent.refs().size() + RECENT_MAX;
        if (recent.snapshots().size() <= enough && recent.snapshotLog().size() <= enough) {
            return this;
        }
        Set<Long> wanted = referenced();
        List<HistoryEntry> log = recent.snapshotLog();
        List<HistoryEntry> last = log.subList(Math.max(0, log.size() - 1), log.size());
        last.forEach(entry -> wanted.add(entry.snapshotId()));
        List<Snapshot> kept =
                recent.snapshots().stream()
                        .filter(snapshot -> wanted.contains(snapshot.snapshotId()))
                        .toList();
        List<Piece> json =
                json(
                        Items.NONE.append(texts(kept, MetadataJson::snapshot)),
                        Items.NONE.append(texts(last, MetadataJson::logEntry)));
        return new TableVersion(
                parse(json),
                new History(ids, logSize, logComplete, snapshots, snapshotLog, metadataLog),
                structure,
                statistics);
    }

    private Set<Long> referenced() {
        Set<Long> referenced = new HashSet<>();
        recent.refs().values().forEach(ref -> referenced.add(ref.snapshotId()));
        return referenced;
    }

    private static boolean hasAll(TableMetadata metadata, List<HistoryEntry> log) {
        return log.stream().allMatch(entry -> metadata.snapshot(entry.snapshotId()) != null);
    }

    private static long[] idsOf(List<Snapshot> snapshots) {
        return snapshots.stream().flatMapToLong(s -> LongStream.of(s.snapshotId())).toArray();
    }

    private static <T> List<byte[]> texts(List<T> values, Function<T, byte[]> text) {
        List<byte[]> texts = new ArrayList<>(values.size());
        values.forEach(value -> texts.add(text.apply(value)));
        return texts;
    }

    private static <T> List<T> rest(List<T> list, List<T> beginning) {
        return list.subList(beginning.size(), list.size());
    }

    private static <T> boolean startsWith(List<T> list, List<T> beginning) {
        return list.size() >= beginning.size()
                && isSame(list.subList(0, beginning.size()), beginning);
    }

    /// The very same elements: those that a change leaves alone it passes on.
    @SuppressWarnings("ReferenceEquality")
    private static <T> boolean isSame(List<T> a, List<T> b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (a.get(i) != b.get(i)) {
                return false;
            }
        }
        return true;
    }
}
