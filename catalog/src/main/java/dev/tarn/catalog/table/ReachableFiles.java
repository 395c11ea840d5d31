package dev.tarn.catalog.table;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.FileIO;

/// Every file that a table's metadata names, except the current metadata file itself.
///
/// In an order that allows starting again: what names other files comes after them. A manifest that
/// is gone already has had its turn.
final class ReachableFiles {
    private static final int BATCH = 1000;

    private final FileIO io;
    private final TableMetadata metadata;

    ReachableFiles(FileIO io, TableMetadata metadata) {
        this.io = io;
        this.metadata = metadata;
    }

    void forEachBatch(Consumer<List<String>> consumer) {
        Set<String> lists = new LinkedHashSet<>();
        Map<String, ManifestFile> manifests = new LinkedHashMap<>();
        for (Snapshot snapshot : metadata.snapshots()) {
            if (snapshot.manifestListLocation() != null) {
                lists.add(snapshot.manifestListLocation());
            }
            manifests(snapshot).forEach(manifest -> manifests.put(manifest.path(), manifest));
        }
        if (metadata.propertyAsBoolean(
                TableProperties.GC_ENABLED, TableProperties.GC_ENABLED_DEFAULT)) {
            manifests.values().forEach(manifest -> content(manifest, consumer));
        }
        batches(manifests.keySet(), consumer);
        batches(lists, consumer);
        batches(others(), consumer);
    }

    private List<ManifestFile> manifests(Snapshot snapshot) {
        try {
            return snapshot.allManifests(io);
        } catch (NotFoundException e) {
            return List.of();
        }
    }

    private void content(ManifestFile manifest, Consumer<List<String>> consumer) {
        List<String> batch = new ArrayList<>();
        try (ManifestReader<?> reader = open(manifest)) {
            for (ContentFile<?> file : reader) {
                batch.add(file.location());
                if (batch.size() == BATCH) {
                    consumer.accept(List.copyOf(batch));
                    batch.clear();
                }
            }
        } catch (NotFoundException e) {
            return;
        } catch (IOException e) {
            throw new RuntimeIOException(e, "Cannot close manifest %s", manifest.path());
        }
        consumer.accept(List.copyOf(batch));
    }

    private ManifestReader<?> open(ManifestFile manifest) {
        return manifest.content() == ManifestContent.DATA
                ? ManifestFiles.read(manifest, io, metadata.specsById())
                : ManifestFiles.readDeleteManifest(manifest, io, metadata.specsById());
    }

    private List<String> others() {
        List<String> others = new ArrayList<>();
        metadata.previousFiles().forEach(entry -> others.add(entry.file()));
        metadata.statisticsFiles().forEach(file -> others.add(file.path()));
        metadata.partitionStatisticsFiles().forEach(file -> others.add(file.path()));
        return others;
    }

    private static void batches(Iterable<String> paths, Consumer<List<String>> consumer) {
        List<String> batch = new ArrayList<>();
        for (String path : paths) {
            batch.add(path);
            if (batch.size() == BATCH) {
                consumer.accept(List.copyOf(batch));
                batch.clear();
            }
        }
        consumer.accept(List.copyOf(batch));
    }
}
