package dev.tarn.pipeline.sink;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableUtil;
import org.apache.iceberg.util.ContentFileUtil;

/// Delete files of a table whose data files are merged: those that no data file needs any more go,
/// and position delete files of one partition and one order of magnitude become one when there are
/// enough of them. Deletion vectors are one for each data file and never many.
final class DeleteMerge {
    private static final long POSITIONS_MAX = 1L << 20;

    private final Table table;
    private final int filesMin;
    private final PositionDeletes writer;
    private final Deletions deletions;

    DeleteMerge(Table table, int filesMin, PositionDeletes writer, Deletions deletions) {
        this.table = table;
        this.filesMin = filesMin;
        this.writer = writer;
        this.deletions = deletions;
    }

    /// What becomes of delete files.
    record Deletes(List<DeleteFile> removed, List<DeleteFile> added) {}

    /// A delete file and the data files that may have rows in it.
    private record Use(DeleteFile file, Set<String> paths) {}

    private record Kind(int specId, List<Object> partition, int magnitude) {}

    /// @param tasks all files of the table
    /// @param merged those that are gone
    Deletes merge(List<FileScanTask> tasks, List<FileScanTask> merged) {
        List<DeleteFile> removed = new ArrayList<>();
        List<DeleteFile> added = new ArrayList<>();
        Map<Kind, List<Use>> kinds = new LinkedHashMap<>();
        for (Use use : uses(tasks, merged)) {
            if (use.paths().isEmpty()) {
                removed.add(use.file());
            } else if (!ContentFileUtil.isDV(use.file())
                    && use.file().recordCount() < POSITIONS_MAX
                    && TableUtil.formatVersion(table) == 2) {
                kinds.computeIfAbsent(kind(use.file()), _ -> new ArrayList<>()).add(use);
            }
        }
        for (List<Use> kind : kinds.values()) {
            if (kind.size() >= filesMin) {
                kind.forEach(use -> removed.add(use.file()));
                added.add(write(kind));
            }
        }
        return new Deletes(removed, added);
    }

    private static Iterable<Use> uses(List<FileScanTask> tasks, List<FileScanTask> merged) {
        Set<FileScanTask> gone = new HashSet<>(merged);
        Map<String, Use> uses = new LinkedHashMap<>();
        for (FileScanTask task : tasks) {
            for (DeleteFile deletes : task.deletes()) {
                if (!ContentFileUtil.isDV(deletes) && !isPositions(deletes)) {
                    continue;
                }
                Use use =
                        uses.computeIfAbsent(
                                // Several vectors lie in one file.
                                deletes.location() + '@' + deletes.contentOffset(),
                                _ -> new Use(deletes, new HashSet<>()));
                if (!gone.contains(task)) {
                    use.paths().add(task.file().location());
                }
            }
        }
        return uses.values();
    }

    /// Whether it is a position delete file that can be read here.
    static boolean isPositions(DeleteFile deletes) {
        return deletes.content() == FileContent.POSITION_DELETES
                && deletes.format() == FileFormat.PARQUET;
    }

    private Kind kind(DeleteFile file) {
        return new Kind(
                file.specId(),
                PositionDeletes.group(spec(file), file.partition()),
                MergePlan.magnitude(file.recordCount()));
    }

    private PartitionSpec spec(DeleteFile file) {
        return Objects.requireNonNull(table.specs().get(file.specId()));
    }

    private DeleteFile write(List<Use> kind) {
        SequencedMap<String, BitSet> positions = new TreeMap<>();
        for (Use use : kind) {
            deletions
                    .positions(use.file())
                    .forEach((path, its) -> {
                        // Those of files that are gone are not needed.
                        if (use.paths().contains(path)) {
                            positions.computeIfAbsent(path, _ -> new BitSet()).or(its);
                        }
                    });
        }
        SequencedMap<String, LongStream> all = new LinkedHashMap<>();
        positions.forEach((path, its) -> all.put(path, its.stream().asLongStream()));
        DeleteFile any = kind.getFirst().file();
        return writer.write(spec(any), any.partition(), all);
    }
}
