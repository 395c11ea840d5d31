package dev.tarn.pipeline.sink;

import dev.tarn.pipeline.parquet.ParquetAppender;
import dev.tarn.pipeline.row.Batch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.OutputFile;
import org.jspecify.annotations.Nullable;

/// Writes rows into data files of a table, one open file per partition.
public final class TableWriter implements RowWriter {
    static final int OPEN_FILES_MAX = 64;
    private static final long FILE_BYTES_DEFAULT = 128L << 20;

    private record Open(
            @Nullable PartitionKey key, OutputFile file, ParquetAppender appender, Place place) {}

    /// Is told where each row goes.
    interface Listener {
        /// @param position of the row in its file
        void placed(int row, Place file, long position);
    }

    private final Table table;
    private final Schema schema;
    private final long fileBytesMax;
    private final ParquetAppender.Layout layout;
    private final MetricsConfig metricsConfig;
    private final PartitionKey key;
    private final String name = UUID.randomUUID().toString();
    private final LinkedHashMap<@Nullable PartitionKey, Open> open =
            new LinkedHashMap<>(16, 0.75f, true);
    private final List<DataFile> done = new ArrayList<>();
    private int fileCount;
    private long buffered;

    /// @param properties of the table, with those of the job on top
    public TableWriter(Table table, Map<String, String> properties) {
        this(table, table.schema(), properties);
    }

    /// @param schema of the table, with columns of the format behind its own
    TableWriter(Table table, Schema schema, Map<String, String> properties) {
        this.table = table;
        this.schema = schema;
        this.fileBytesMax = fileBytesMax(properties);
        this.layout = ParquetAppender.Layout.of(properties);
        this.metricsConfig = MetricsConfig.forTable(table);
        this.key = new PartitionKey(table.spec(), schema);
    }

    /// The size at which a file ends.
    static long fileBytesMax(Map<String, String> properties) {
        return Long.parseLong(
                properties.getOrDefault(
                        "write.target-file-size-bytes", String.valueOf(FILE_BYTES_DEFAULT)));
    }

    @Override
    public void write(Batch batch, Columnwise columns) {
        write(batch, columns, null, batch.size(), null);
    }

    /// @param selected which rows, null for the first `count`
    void write(
            Batch batch,
            Columnwise columns,
            int @Nullable [] selected,
            int count,
            @Nullable Listener listener) {
        if (count == 0) {
            return;
        }
        if (table.spec().isUnpartitioned()) {
            add(openOf(null), batch, columns, selected, count, listener);
        } else {
            Batch.View view = columns.view(batch, schema.asStruct());
            rowsByPartition(view, selected, count)
                    .forEach((partition, rows) ->
                            add(
                                    openOf(partition),
                                    batch,
                                    columns,
                                    rows.rows,
                                    rows.count,
                                    listener));
        }
        closeWhatIsFull();
    }

    /// Rows of one batch in one partition, in their order.
    private static final class Rows {
        private int[] rows = new int[64];
        private int count;

        void add(int row) {
            if (count == rows.length) {
                rows = Arrays.copyOf(rows, count * 2);
            }
            rows[count++] = row;
        }
    }

    private SequencedMap<PartitionKey, Rows> rowsByPartition(
            Batch.View view, int @Nullable [] selected, int count) {
        SequencedMap<PartitionKey, Rows> partitions = new LinkedHashMap<>();
        StructLike row = view.internal();
        for (int i = 0; i < count; i++) {
            int number = selected == null ? i : selected[i];
            view.at(number);
            key.partition(row);
            Rows rows = partitions.get(key);
            if (rows == null) {
                rows = new Rows();
                partitions.put(key.copy(), rows);
            }
            rows.add(number);
        }
        return partitions;
    }

    private static void add(
            Open file,
            Batch batch,
            Columnwise columns,
            int @Nullable [] rows,
            int count,
            @Nullable Listener listener) {
        long position = file.appender().rows();
        file.appender().add(batch, columns.sources(), rows, count);
        for (int i = 0; listener != null && i < count; i++) {
            listener.placed(rows == null ? i : rows[i], file.place(), position + i);
        }
    }

    private Open openOf(@Nullable PartitionKey partition) {
        Open file = open.get(partition);
        return file == null ? openFile(partition) : file;
    }

    private Open openFile(@Nullable PartitionKey partition) {
        if (open.size() >= OPEN_FILES_MAX) {
            finish(open.values().iterator().next());
        }
        String fileName = FileFormat.PARQUET.addExtension("%05d-%s".formatted(fileCount++, name));
        String location =
                partition == null
                        ? table.locationProvider().newDataLocation(fileName)
                        : table.locationProvider()
                                .newDataLocation(table.spec(), partition, fileName);
        OutputFile file = table.io().newOutputFile(location);
        var opened =
                new Open(
                        partition,
                        file,
                        new ParquetAppender(schema, file, layout, metricsConfig),
                        new Place(location, table.spec(), partition));
        open.put(partition, opened);
        return opened;
    }

    private void closeWhatIsFull() {
        for (Open file : List.copyOf(open.values())) {
            if (file.appender().length() >= fileBytesMax) {
                finish(file);
            }
        }
        buffered = open.values().stream().mapToLong(f -> f.appender().buffered()).sum();
    }

    @Override
    public long buffered() {
        return buffered;
    }

    @Override
    public boolean endLargest() {
        Optional<Open> largest =
                open.values().stream()
                        .max(Comparator.comparingLong(file -> file.appender().buffered()));
        largest.ifPresent(file -> {
            buffered -= file.appender().buffered();
            finish(file);
        });
        return largest.isPresent();
    }

    private void finish(Open file) {
        ParquetAppender.Finished finished;
        try (ParquetAppender appender = file.appender()) {
            finished = appender.finish();
        } finally {
            open.remove(file.key());
        }
        DataFiles.Builder builder =
                DataFiles.builder(table.spec())
                        .withFormat(FileFormat.PARQUET)
                        .withPath(file.file().location())
                        .withFileSizeInBytes(file.file().toInputFile().getLength())
                        .withMetrics(finished.metrics())
                        .withSplitOffsets(finished.splitOffsets());
        if (file.key() != null) {
            builder.withPartition(file.key());
        }
        done.add(builder.build());
    }

    @Override
    public Written complete() {
        for (Open file : List.copyOf(open.values())) {
            finish(file);
        }
        List<DataFile> files = List.copyOf(done);
        done.clear();
        buffered = 0;
        return Written.of(files);
    }

    @Override
    public void abort() {
        List<String> written =
                Stream.concat(
                                done.stream().map(DataFile::location),
                                open.values().stream().map(f -> f.file().location()))
                        .toList();
        for (Open file : open.values()) {
            file.appender().close();
        }
        open.clear();
        done.clear();
        buffered = 0;
        written.forEach(table.io()::deleteFile);
    }
}
