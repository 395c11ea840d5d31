package dev.tarn.catalog.planning;

import java.util.List;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.io.FileIO;
import org.jspecify.annotations.Nullable;

/// A snapshot as if it had only some of its manifests.
@SuppressWarnings("deprecation") // two methods that every snapshot must have
record NarrowSnapshot(Snapshot whole, List<ManifestFile> data, List<ManifestFile> deletes)
        implements Snapshot {

    @Override
    public List<ManifestFile> dataManifests(FileIO io) {
        return data;
    }

    @Override
    public List<ManifestFile> deleteManifests(FileIO io) {
        return deletes;
    }

    @Override
    public List<ManifestFile> allManifests(FileIO io) {
        return whole.allManifests(io);
    }

    @Override
    public long sequenceNumber() {
        return whole.sequenceNumber();
    }

    @Override
    public long snapshotId() {
        return whole.snapshotId();
    }

    @Override
    public @Nullable Long parentId() {
        return whole.parentId();
    }

    @Override
    public long timestampMillis() {
        return whole.timestampMillis();
    }

    @Override
    public String operation() {
        return whole.operation();
    }

    @Override
    public Map<String, String> summary() {
        return whole.summary();
    }

    @Override
    public Iterable<DataFile> addedDataFiles(FileIO io) {
        return whole.addedDataFiles(io);
    }

    @Override
    public Iterable<DataFile> removedDataFiles(FileIO io) {
        return whole.removedDataFiles(io);
    }

    @Override
    public String manifestListLocation() {
        return whole.manifestListLocation();
    }

    @Override
    public @Nullable Integer schemaId() {
        return whole.schemaId();
    }

    @Override
    public @Nullable Long firstRowId() {
        return whole.firstRowId();
    }

    @Override
    public @Nullable Long addedRows() {
        return whole.addedRows();
    }

    @Override
    public @Nullable String keyId() {
        return whole.keyId();
    }
}
