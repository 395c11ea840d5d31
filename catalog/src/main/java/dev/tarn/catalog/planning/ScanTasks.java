package dev.tarn.catalog.planning;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;

/// What a scan is to read.
///
/// @param files with their delete files and residual filters
/// @param planTasks tokens to fetch the rest with
/// @param specs the partition specs of the files, bound to the schema of the scan
public record ScanTasks(
        List<FileScanTask> files, List<String> planTasks, Map<Integer, PartitionSpec> specs) {

    public ScanTasks {
        files = List.copyOf(files);
        planTasks = List.copyOf(planTasks);
        specs = new LinkedHashMap<>(specs);
    }
}
