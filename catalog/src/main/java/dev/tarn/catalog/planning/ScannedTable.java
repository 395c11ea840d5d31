package dev.tarn.catalog.planning;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataTableScan;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.ImmutableTableScanContext;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StaticTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableScan;
import org.apache.iceberg.TableScanContext;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileIO;
import org.jspecify.annotations.Nullable;

/// A table as one part of a scan sees it: the schema of the scan, and only the manifests of the
/// part. What to make of them is Iceberg's own work.
final class ScannedTable extends BaseTable {
    private final transient TableMetadata metadata;
    private final transient Scan scan;
    private final transient ScanManifests manifests;
    private final transient Schema schema;
    private final transient Map<Integer, PartitionSpec> specs;

    ScannedTable(TableMetadata metadata, Scan scan, ScanManifests manifests, FileIO io) {
        super(new StaticTableOperations(metadata, io), metadata.uuid(), report -> {});
        this.metadata = metadata;
        this.scan = scan;
        this.manifests = manifests;
        this.schema = scan.schema(metadata);
        this.specs = specs(metadata, schema);
    }

    /// The partition specs, bound to the schema in which the filter is meant.
    static Map<Integer, PartitionSpec> specs(TableMetadata metadata, Schema schema) {
        if (schema.schemaId() == metadata.currentSchemaId()) {
            return metadata.specsById();
        }
        Map<Integer, PartitionSpec> specs = new LinkedHashMap<>();
        metadata.specsById()
                .forEach((id, spec) -> specs.put(id, spec.toUnbound().bind(schema, true)));
        return specs;
    }

    CloseableIterable<FileScanTask> planFiles(ExecutorService readers) {
        Long start = scan.startSnapshotId();
        if (start == null) {
            TableScan files = newScan().caseSensitive(scan.caseSensitive()).filter(scan.filter());
            return stats().isEmpty()
                    ? files.planFiles()
                    : files.includeColumnStats(stats()).planFiles();
        }
        var appends =
                newIncrementalAppendScan()
                        .fromSnapshotExclusive(start)
                        .toSnapshot(scan.snapshotId())
                        .caseSensitive(scan.caseSensitive())
                        .filter(scan.filter())
                        .planWith(readers);
        return stats().isEmpty()
                ? appends.planFiles()
                : appends.includeColumnStats(stats()).planFiles();
    }

    @Override
    public TableScan newScan() {
        return new InOrder(
                this,
                schema(),
                ImmutableTableScanContext.builder().metricsReporter(report -> {}).build());
    }

    /// Goes through one manifest after the other. Iceberg's way to go through several at the same
    /// time sleeps in between, ten times as long as a manifest takes.
    private static final class InOrder extends DataTableScan {
        InOrder(Table table, Schema schema, TableScanContext context) {
            super(table, schema, context);
        }

        @Override
        protected TableScan newRefinedScan(Table table, Schema schema, TableScanContext context) {
            return new InOrder(table, schema, context);
        }

        @Override
        protected boolean shouldPlanWithExecutor() {
            return false;
        }
    }

    private List<String> stats() {
        return scan.statsFields();
    }

    @Override
    public Schema schema() {
        return schema;
    }

    @Override
    public Map<Integer, PartitionSpec> specs() {
        return specs;
    }

    @Override
    public @Nullable Snapshot currentSnapshot() {
        return snapshot(scan.snapshotId());
    }

    @Override
    public @Nullable Snapshot snapshot(long id) {
        Snapshot whole = metadata.snapshot(id);
        if (whole == null) {
            return null;
        }
        List<ManifestFile> data =
                scan.startSnapshotId() == null
                        ? manifests.data()
                        : manifests.data().stream()
                                .filter(manifest -> ScanManifests.isOf(whole, manifest))
                                .toList();
        return new NarrowSnapshot(whole, data, manifests.deletes());
    }
}
