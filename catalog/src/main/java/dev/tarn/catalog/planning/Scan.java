package dev.tarn.catalog.planning;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.rest.requests.PlanTableScanRequest;
import org.apache.iceberg.util.SnapshotUtil;
import org.jspecify.annotations.Nullable;

/// What is scanned, pinned down: it means the same files for as long as its snapshots live,
/// whatever happens to the table.
///
/// The columns a client selects are not part of it: they decide nothing here, and clients select
/// columns, such as `_file`, that no schema has.
///
/// @param snapshotId the snapshot, or the last one of an incremental scan
/// @param startSnapshotId the snapshot after which an incremental scan begins, else null
/// @param schemaId the schema in which the names are meant
/// @param statsFields columns of which statistics are wanted, as that schema writes them
record Scan(
        long snapshotId,
        @Nullable Long startSnapshotId,
        int schemaId,
        Expression filter,
        boolean caseSensitive,
        List<String> statsFields) {

    Scan {
        statsFields = List.copyOf(statsFields);
    }

    /// What a request asks for; empty if there is nothing to scan.
    ///
    /// @throws BadRequestException if it names a snapshot or column that is not there, or compares
    ///   a column with what it can never be
    static Optional<Scan> of(TableMetadata metadata, PlanTableScanRequest request) {
        Long start = request.startSnapshotId();
        Long end = request.endSnapshotId();
        return start != null && end != null
                ? appends(metadata, request, start, end)
                : pointInTime(metadata, request);
    }

    /// Whether the metadata, which may lack old snapshots, has all that is scanned.
    boolean isWithin(TableMetadata metadata) {
        return startSnapshotId == null && metadata.snapshot(snapshotId) != null;
    }

    Schema schema(TableMetadata metadata) {
        return Objects.requireNonNull(metadata.schemasById().get(schemaId), "schema");
    }

    private static Optional<Scan> pointInTime(
            TableMetadata metadata, PlanTableScanRequest request) {
        Snapshot snapshot =
                request.snapshotId() == null
                        ? metadata.currentSnapshot()
                        : require(metadata, request.snapshotId());
        if (snapshot == null) {
            resolve(metadata.schema(), request, 0, null);
            return Optional.empty();
        }
        return Optional.of(
                resolve(schema(metadata, request, snapshot), request, snapshot.snapshotId(), null));
    }

    private static Optional<Scan> appends(
            TableMetadata metadata, PlanTableScanRequest request, long start, long end) {
        Snapshot last = require(metadata, end);
        if (start != end) {
            requireAncestor(metadata, start, end);
        }
        Scan scan;
        try {
            scan = resolve(schema(metadata, request, last), request, end, start);
        } catch (BadRequestException e) {
            // Java's client asks for the snapshot's schema and sends the names of the table's.
            scan = resolve(metadata.schema(), request, end, start);
        }
        return start == end ? Optional.empty() : Optional.of(scan);
    }

    private static Scan resolve(
            Schema schema,
            PlanTableScanRequest request,
            long snapshotId,
            @Nullable Long startSnapshotId) {
        var columns = new Columns(schema, request.caseSensitive());
        Expression filter = request.filter() == null ? Expressions.alwaysTrue() : request.filter();
        List<String> statsFields =
                request.statsFields() == null ? List.of() : request.statsFields();
        return new Scan(
                snapshotId,
                startSnapshotId,
                schema.schemaId(),
                columns.filter(filter),
                request.caseSensitive(),
                columns.names(statsFields));
    }

    private static Schema schema(
            TableMetadata metadata, PlanTableScanRequest request, Snapshot snapshot) {
        Schema written =
                snapshot.schemaId() == null
                        ? null
                        : metadata.schemasById().get(snapshot.schemaId());
        return request.useSnapshotSchema() && written != null ? written : metadata.schema();
    }

    private static Snapshot require(TableMetadata metadata, long snapshotId) {
        Snapshot snapshot = metadata.snapshot(snapshotId);
        if (snapshot == null) {
            throw new BadRequestException("Snapshot does not exist: %s", snapshotId);
        }
        return snapshot;
    }

    /// The start itself may have expired: it is enough that its child is there.
    private static void requireAncestor(TableMetadata metadata, long start, long end) {
        for (Snapshot snapshot : SnapshotUtil.ancestorsBetween(end, start, metadata::snapshot)) {
            Long parent = snapshot.parentId();
            if (parent != null && parent == start) {
                return;
            }
        }
        throw new BadRequestException("Snapshot %s is not an ancestor of snapshot %s", start, end);
    }
}
