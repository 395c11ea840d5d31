package dev.tarn.catalog.planning;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.expressions.ManifestEvaluator;
import org.apache.iceberg.expressions.Projections;

/// Cuts the data manifests of a scan into chunks, each of which is planned for one answer. Only
/// manifests that can have matching files are counted, and only they are read.
final class Chunks {
    private final PlanLimits limits;
    private final int filesMax;
    private final Predicate<ManifestFile> matches;

    /// @param filesMax files of one chunk, unless a single manifest has more
    Chunks(PlanLimits limits, int filesMax, Predicate<ManifestFile> matches) {
        this.limits = limits;
        this.filesMax = filesMax;
        this.matches = matches;
    }

    /// @param from number of the first manifest
    /// @param to number of the manifest after the last one
    record Chunk(int from, int to, List<ManifestFile> manifests) {}

    /// Whether a manifest can have files that match the filter of a scan.
    static Predicate<ManifestFile> matching(Scan scan, Map<Integer, PartitionSpec> specs) {
        Map<Integer, ManifestEvaluator> evaluators = new HashMap<>();
        return manifest ->
                (manifest.hasAddedFiles() || manifest.hasExistingFiles())
                        && evaluators
                                .computeIfAbsent(
                                        manifest.partitionSpecId(),
                                        id -> evaluator(scan, require(specs, id)))
                                .eval(manifest);
    }

    private static PartitionSpec require(Map<Integer, PartitionSpec> specs, int id) {
        PartitionSpec spec = specs.get(id);
        if (spec == null) {
            throw new ValidationException("Partition spec of a manifest does not exist: %s", id);
        }
        return spec;
    }

    private static ManifestEvaluator evaluator(Scan scan, PartitionSpec spec) {
        return ManifestEvaluator.forPartitionFilter(
                Projections.inclusive(spec, scan.caseSensitive()).project(scan.filter()),
                spec,
                scan.caseSensitive());
    }

    /// The chunks of the manifests numbered `from` up to and without `to`.
    List<Chunk> cut(List<ManifestFile> manifests, int from, int to) {
        List<Chunk> chunks = new ArrayList<>();
        List<ManifestFile> open = new ArrayList<>();
        int first = 0;
        int last = 0;
        long files = 0;
        long bytes = 0;
        for (int i = from; i < Math.min(to, manifests.size()); i++) {
            ManifestFile manifest = manifests.get(i);
            if (!matches.test(manifest)) {
                continue;
            }
            long more = files(manifest);
            if (!open.isEmpty() && isFull(open.size(), files + more, bytes + manifest.length())) {
                chunks.add(new Chunk(first, last + 1, List.copyOf(open)));
                open.clear();
                files = 0;
                bytes = 0;
            }
            if (open.isEmpty()) {
                first = i;
            }
            last = i;
            open.add(manifest);
            files += more;
            bytes += manifest.length();
        }
        if (!open.isEmpty()) {
            chunks.add(new Chunk(first, last + 1, List.copyOf(open)));
        }
        return chunks;
    }

    private boolean isFull(int manifests, long files, long bytes) {
        return manifests >= limits.manifestsPerTask()
                || files > filesMax
                || bytes > limits.manifestBytesPerTask();
    }

    /// Manifests of format v1 may not tell how many files they have.
    private long files(ManifestFile manifest) {
        Integer added = manifest.addedFilesCount();
        Integer existing = manifest.existingFilesCount();
        return added == null || existing == null ? filesMax : (long) added + existing;
    }
}
