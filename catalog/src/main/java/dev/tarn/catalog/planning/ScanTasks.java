package dev.tarn.catalog.planning;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.jspecify.annotations.Nullable;

/// What a scan is to read.
///
/// @param files with their delete files and residual filters
/// @param planTasks tokens to fetch the rest with
/// @param specs the partition specs of the files, bound to the schema of the scan
public record ScanTasks(
        List<FileScanTask> files, List<String> planTasks, Map<Integer, PartitionSpec> specs) {
    /// Measured: 476 with a location of 100 characters, and 480 more for each column with
    /// statistics.
    private static final int FILE_BYTES = 400;

    private static final int BOUND_BYTES = 220;

    public ScanTasks {
        files = List.copyOf(files);
        planTasks = List.copyOf(planTasks);
        specs = new LinkedHashMap<>(specs);
    }

    /// About how much memory the files and tokens take.
    long heldBytes() {
        Set<DeleteFile> deletes = Collections.newSetFromMap(new IdentityHashMap<>());
        long bytes = planTasks.stream().mapToLong(String::length).sum();
        for (FileScanTask task : files) {
            bytes += bytes(task.file()) + (long) Long.BYTES * task.deletes().size();
            deletes.addAll(task.deletes());
        }
        return bytes + deletes.stream().mapToLong(ScanTasks::bytes).sum();
    }

    private static long bytes(ContentFile<?> file) {
        return FILE_BYTES
                + file.location().length()
                + bytes(file.lowerBounds())
                + bytes(file.upperBounds());
    }

    private static long bytes(@Nullable Map<Integer, ByteBuffer> bounds) {
        return bounds == null
                ? 0
                : bounds.values().stream().mapToLong(b -> BOUND_BYTES + b.capacity()).sum();
    }
}
