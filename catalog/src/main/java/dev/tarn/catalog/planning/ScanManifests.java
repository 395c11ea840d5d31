package dev.tarn.catalog.planning;

import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotParser;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.util.SnapshotUtil;

/// The manifests of a scan, in an order that never changes.
record ScanManifests(List<ManifestFile> data, List<ManifestFile> deletes) {

    ScanManifests {
        data = List.copyOf(data);
        deletes = List.copyOf(deletes);
    }

    static ScanManifests read(TableMetadata metadata, Scan scan, FileIO io) {
        Long start = scan.startSnapshotId();
        if (start == null) {
            Snapshot snapshot = copy(metadata.snapshot(scan.snapshotId()));
            return new ScanManifests(snapshot.dataManifests(io), snapshot.deleteManifests(io));
        }
        List<ManifestFile> appended = new ArrayList<>();
        for (Snapshot snapshot :
                SnapshotUtil.ancestorsBetween(scan.snapshotId(), start, metadata::snapshot)) {
            if (DataOperations.APPEND.equals(snapshot.operation())) {
                copy(snapshot).dataManifests(io).stream()
                        .filter(manifest -> isOf(snapshot, manifest))
                        .forEach(appended::add);
            }
        }
        return new ScanManifests(appended, List.of());
    }

    /// Whether the snapshot wrote the manifest, rather than found it.
    static boolean isOf(Snapshot snapshot, ManifestFile manifest) {
        Long writer = manifest.snapshotId();
        return writer != null && writer == snapshot.snapshotId();
    }

    /// Snapshots remember the manifests they have read. Metadata in memory is not to grow by that.
    private static Snapshot copy(Snapshot snapshot) {
        return SnapshotParser.fromJson(SnapshotParser.toJson(snapshot));
    }

    /// These data manifests and the delete manifests that can concern them: a delete never reaches
    /// rows that are younger than itself.
    ScanManifests only(List<ManifestFile> some) {
        long oldest =
                some.stream()
                        .mapToLong(ManifestFile::minSequenceNumber)
                        .min()
                        .orElse(Long.MAX_VALUE);
        return new ScanManifests(
                some,
                deletes.stream().filter(delete -> delete.sequenceNumber() >= oldest).toList());
    }
}
