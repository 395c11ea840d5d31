package dev.tarn.pipeline.parquet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.parquet.ParquetUtil;
import org.apache.iceberg.parquet.ParquetValueWriter;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputCompressor;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/// One Parquet file of an Iceberg table, being written.
public final class ParquetAppender implements AutoCloseable {
    private static final int COLUMN_INDEX_TRUNCATE_LENGTH = 64;
    private static final int ROWS_BETWEEN_SIZE_CHECKS = 1_000;

    /// How a file is laid out, from the properties of its table.
    public record Layout(CompressionCodecName codec, int level, long rowGroupBytes) {

        /// Reads `write.parquet.*`; zstd where nothing is said.
        public static Layout of(Map<String, String> properties) {
            String codec = properties.getOrDefault("write.parquet.compression-codec", "zstd");
            return new Layout(
                    CompressionCodecName.valueOf(codec.toUpperCase(Locale.ROOT)),
                    Integer.parseInt(
                            properties.getOrDefault("write.parquet.compression-level", "3")),
                    Long.parseLong(
                            properties.getOrDefault(
                                    "write.parquet.row-group-size-bytes", "134217728")));
        }
    }

    private final Layout layout;
    private final MetricsConfig metricsConfig;
    private final MessageType type;
    private final ParquetProperties properties;
    private final BytesInputCompressor compressor;
    private final ParquetValueWriter<Record> model;
    private final ParquetFileWriter writer;
    private final Schema schema;

    private @Nullable ColumnChunkPageWriteStore pages;
    private ColumnWriteStore columns;
    private long rowsInGroup;
    private long rows;

    public ParquetAppender(
            Schema schema,
            org.apache.iceberg.io.OutputFile file,
            Layout layout,
            MetricsConfig metricsConfig) {
        this.schema = schema;
        this.layout = layout;
        this.metricsConfig = metricsConfig;
        this.type = ParquetSchemaUtil.convert(schema, "table");
        this.properties =
                ParquetProperties.builder()
                        .withColumnIndexTruncateLength(COLUMN_INDEX_TRUNCATE_LENGTH)
                        .build();
        this.compressor = new Codecs(layout.level()).getCompressor(layout.codec());
        this.model = GenericParquetWriter.create(schema, type);
        try {
            this.writer =
                    new ParquetFileWriter(
                            new Output(file),
                            type,
                            ParquetFileWriter.Mode.CREATE,
                            layout.rowGroupBytes(),
                            0,
                            COLUMN_INDEX_TRUNCATE_LENGTH,
                            Integer.MAX_VALUE,
                            true);
            writer.start();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot create " + file.location(), e);
        }
        this.columns = startGroup();
    }

    private ColumnWriteStore startGroup() {
        var store =
                new ColumnChunkPageWriteStore(
                        compressor,
                        type,
                        properties.getAllocator(),
                        properties.getColumnIndexTruncateLength(),
                        true);
        pages = store;
        columns = properties.newColumnWriteStore(type, store, store);
        model.setColumnStore(columns);
        rowsInGroup = 0;
        return columns;
    }

    public void add(Record row) {
        model.write(0, row);
        columns.endRecord();
        rows++;
        rowsInGroup++;
        if (rowsInGroup % ROWS_BETWEEN_SIZE_CHECKS == 0
                && columns.getBufferedSize() >= layout.rowGroupBytes()) {
            endGroup();
            startGroup();
        }
    }

    private void endGroup() {
        ColumnChunkPageWriteStore store = pages;
        if (rowsInGroup == 0 || store == null) {
            return;
        }
        try {
            writer.startBlock(rowsInGroup);
            columns.flush();
            store.flushToFileWriter(writer);
            writer.endBlock();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write a row group", e);
        } finally {
            columns.close();
            store.close();
            pages = null;
        }
    }

    public long rows() {
        return rows;
    }

    /// Bytes in memory, not yet in the file.
    public long buffered() {
        return pages == null ? 0 : columns.getBufferedSize();
    }

    /// The size the file would have if it ended now, a little too high.
    public long length() {
        try {
            return writer.getPos() + buffered();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot tell the position", e);
        }
    }

    /// Writes the footer. After this the file is whole.
    public Finished finish() {
        endGroup();
        try {
            writer.end(Map.of("iceberg.schema", SchemaParser.toJson(schema)));
            ParquetMetadata footer = writer.getFooter();
            return new Finished(
                    ParquetUtil.footerMetrics(footer, model.metrics(), metricsConfig),
                    ParquetUtil.getSplitOffsets(footer));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write a footer", e);
        }
    }

    /// What the table's manifest says of the file.
    public record Finished(Metrics metrics, List<Long> splitOffsets) {}

    /// Lets go of what is open. A file that was not finished is worth nothing.
    @Override
    public void close() {
        ColumnChunkPageWriteStore store = pages;
        if (store != null) {
            columns.close();
            store.close();
            pages = null;
        }
        try {
            writer.close();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot close a file", e);
        }
    }

    private record Output(org.apache.iceberg.io.OutputFile file) implements OutputFile {
        @Override
        public PositionOutputStream create(long blockSizeHint) {
            return new Bytes(file.create());
        }

        @Override
        public PositionOutputStream createOrOverwrite(long blockSizeHint) {
            return new Bytes(file.createOrOverwrite());
        }

        @Override
        public boolean supportsBlockSize() {
            return false;
        }

        @Override
        public long defaultBlockSize() {
            return 0;
        }
    }

    private static final class Bytes extends PositionOutputStream {
        private final org.apache.iceberg.io.PositionOutputStream stream;

        Bytes(org.apache.iceberg.io.PositionOutputStream stream) {
            this.stream = stream;
        }

        @Override
        public long getPos() throws IOException {
            return stream.getPos();
        }

        @Override
        public void write(int b) throws IOException {
            stream.write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            stream.write(bytes, offset, length);
        }

        @Override
        public void flush() throws IOException {
            stream.flush();
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }
    }
}
