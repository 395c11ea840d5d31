package dev.tarn.catalog.drop;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
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
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.FileIO;

/// Every file that a table's metadata names, except the current metadata file itself.
///
/// In batches whose order allows starting again: what names other files is in a later batch than
/// they. A manifest that is gone has had its turn, so what was done is not done again.
final class ReachableFiles {
    static final int BATCH = 250;

    private final FileIO io;
    private final TableMetadata metadata;
    private final Consumer<List<String>> consumer;

    /// A file is often in several manifests.
    private final Set<String> content = new LinkedHashSet<>();

    private final List<String> finished = new ArrayList<>();

    private ReachableFiles(FileIO io, TableMetadata metadata, Consumer<List<String>> consumer) {
        this.io = io;
        this.metadata = metadata;
        this.consumer = consumer;
    }

    static void forEachBatch(FileIO io, TableMetadata metadata, Consumer<List<String>> consumer) {
        new ReachableFiles(io, metadata, consumer).walk();
    }

    private void walk() {
        Set<String> lists = new LinkedHashSet<>();
        Map<String, ManifestFile> manifests = new LinkedHashMap<>();
        for (Snapshot snapshot : metadata.snapshots()) {
            if (snapshot.manifestListLocation() != null) {
                lists.add(snapshot.manifestListLocation());
            }
            manifests(snapshot).forEach(manifest -> manifests.put(manifest.path(), manifest));
        }
        manifests.values().forEach(this::manifest);
        endBatch();
        batches(lists);
        batches(others());
    }

    private List<ManifestFile> manifests(Snapshot snapshot) {
        try {
            return snapshot.allManifests(io);
        } catch (NotFoundException e) {
            return List.of();
        }
    }

    private void manifest(ManifestFile manifest) {
        try (ManifestReader<?> reader = open(manifest)) {
            for (ContentFile<?> file : reader) {
                content.add(file.location());
                if (content.size() == BATCH) {
                    flush(content);
                }
            }
        } catch (NotFoundException e) {
            return;
        } catch (IOException e) {
            throw new RuntimeIOException(e, "Cannot close manifest %s", manifest.path());
        }
        finished.add(manifest.path());
        if (content.size() + finished.size() >= BATCH) {
            endBatch();
        }
    }

    private ManifestReader<?> open(ManifestFile manifest) {
        return manifest.content() == ManifestContent.DATA
                ? ManifestFiles.read(manifest, io, metadata.specsById())
                : ManifestFiles.readDeleteManifest(manifest, io, metadata.specsById());
    }

    private void endBatch() {
        flush(content);
        flush(finished);
    }

    private void flush(Collection<String> batch) {
        if (!batch.isEmpty()) {
            consumer.accept(List.copyOf(batch));
            batch.clear();
        }
    }

    private List<String> others() {
        List<String> others = new ArrayList<>();
        metadata.previousFiles().forEach(entry -> others.add(entry.file()));
        metadata.statisticsFiles().forEach(file -> others.add(file.path()));
        metadata.partitionStatisticsFiles().forEach(file -> others.add(file.path()));
        return others;
    }

    private void batches(Collection<String> paths) {
        for (String path : paths) {
            content.add(path);
            if (content.size() == BATCH) {
                flush(content);
            }
        }
        flush(content);
    }
}
