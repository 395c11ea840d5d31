package dev.tarn.pipeline.sink;

import dev.tarn.pipeline.parquet.ParquetAppender;
import dev.tarn.pipeline.row.Batch;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import java.util.UUID;
import java.util.stream.LongStream;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.DeleteSchemaUtil;
import org.apache.iceberg.io.OutputFile;
import org.jspecify.annotations.Nullable;

/// Writes position delete files of a table of format version 2.
final class PositionDeletes {
    private static final int BATCH_ROWS = 4_096;
    private static final Schema SCHEMA = DeleteSchemaUtil.pathPosSchema();
    private static final int[] SOURCES = {0, 1};

    private final Table table;
    private final ParquetAppender.Layout layout;
    private final String name = UUID.randomUUID().toString();
    private final List<String> written = new ArrayList<>();
    private int fileCount;

    PositionDeletes(Table table, ParquetAppender.Layout layout) {
        this.table = table;
        this.layout = layout;
    }

    /// Files of one partition of one spec share a file of deletes.
    static List<Object> group(PartitionSpec spec, @Nullable StructLike partition) {
        List<Object> group = new ArrayList<>(List.of(spec.specId()));
        for (int i = 0; partition != null && i < partition.size(); i++) {
            group.add(String.valueOf(partition.get(i, Object.class)));
        }
        return group;
    }

    /// @param positions by data file of the partition, both in their order
    DeleteFile write(
            PartitionSpec spec,
            @Nullable StructLike partition,
            SequencedMap<String, LongStream> positions) {
        OutputFile file = newFile(spec, partition);
        ParquetAppender.Finished finished;
        try (var appender =
                new ParquetAppender(SCHEMA, file, layout, MetricsConfig.forPositionDelete())) {
            var rows = new Rows(appender);
            positions.forEach((path, all) -> all.forEach(position -> rows.add(path, position)));
            rows.end();
            finished = appender.finish();
        }
        FileMetadata.Builder builder =
                FileMetadata.deleteFileBuilder(spec)
                        .ofPositionDeletes()
                        .withFormat(FileFormat.PARQUET)
                        .withPath(file.location())
                        .withFileSizeInBytes(file.toInputFile().getLength())
                        .withMetrics(finished.metrics());
        if (partition != null && !spec.isUnpartitioned()) {
            builder.withPartition(partition);
        }
        if (positions.size() == 1) {
            builder.withReferencedDataFile(positions.firstEntry().getKey());
        }
        return builder.build();
    }

    private OutputFile newFile(PartitionSpec spec, @Nullable StructLike partition) {
        String fileName =
                FileFormat.PARQUET.addExtension("%05d-%s-deletes".formatted(fileCount++, name));
        String location =
                spec.isUnpartitioned() || partition == null
                        ? table.locationProvider().newDataLocation(fileName)
                        : table.locationProvider().newDataLocation(spec, partition, fileName);
        written.add(location);
        return table.io().newOutputFile(location);
    }

    private static final class Rows {
        private final ParquetAppender appender;
        private Batch batch = new Batch(SCHEMA, BATCH_ROWS);

        private Rows(ParquetAppender appender) {
            this.appender = appender;
        }

        void add(String path, long position) {
            if (batch.isFull()) {
                end();
                batch = new Batch(SCHEMA, BATCH_ROWS);
            }
            batch.set(0, path);
            batch.set(1, position);
            batch.endRow();
        }

        void end() {
            appender.add(batch, SOURCES, null, batch.size());
        }
    }

    /// What was written is in the hands of a commit.
    void handedOver() {
        written.clear();
    }

    /// Deletes what was written and not handed over.
    void abort() {
        written.forEach(table.io()::deleteFile);
        written.clear();
    }
}
