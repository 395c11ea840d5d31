package dev.tarn.pipeline.parquet;

import dev.tarn.pipeline.row.Batch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.parquet.ParquetUtil;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/// One Parquet file of an Iceberg table, being written.
public final class ParquetAppender implements AutoCloseable {
    private static final int COLUMN_INDEX_TRUNCATE_LENGTH = 64;

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
    private final PageCompressor compressor;
    private final List<Chunk> chunks = new ArrayList<>();
    private final ParquetFileWriter writer;
    private final Schema schema;

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
        this.compressor = new PageCompressor(layout.codec(), layout.level());
        MessageType type = ParquetSchemaUtil.convert(schema, "table");
        var buffer = new PageBuffer();
        for (int i = 0; i < type.getFieldCount(); i++) {
            chunks.add(chunk(type, i, buffer));
        }
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
    }

    private Chunk chunk(MessageType type, int field, PageBuffer buffer) {
        Type column = type.getType(field);
        if (column.isPrimitive()) {
            return new FlatChunk(
                    type.getColumnDescription(new String[] {column.getName()}), compressor, buffer);
        }
        return new NestedChunk(
                new Schema(schema.columns().get(field)),
                new MessageType(type.getName(), column),
                compressor.others(),
                ParquetProperties.builder()
                        .withColumnIndexTruncateLength(COLUMN_INDEX_TRUNCATE_LENGTH)
                        .build());
    }

    /// Adds rows of a batch.
    ///
    /// @param sources for each column of the file that of the batch, -1 for nulls
    /// @param selected which rows, null for the first `count`
    public void add(Batch batch, int[] sources, int @Nullable [] selected, int count) {
        for (int i = 0; i < sources.length; i++) {
            chunks.get(i).append(batch, sources[i], selected, count);
        }
        rows += count;
        rowsInGroup += count;
        if (size() >= layout.rowGroupBytes()) {
            endGroup();
        }
    }

    private long size() {
        long size = 0;
        for (Chunk chunk : chunks) {
            size += chunk.size();
        }
        return size;
    }

    private void endGroup() {
        if (rowsInGroup == 0) {
            return;
        }
        try {
            writer.startBlock(rowsInGroup);
            for (Chunk chunk : chunks) {
                chunk.flush(writer);
            }
            writer.endBlock();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write a row group", e);
        }
        rowsInGroup = 0;
    }

    public long rows() {
        return rows;
    }

    /// Bytes of memory that the file holds.
    public long buffered() {
        return chunks.stream().mapToLong(Chunk::memory).sum();
    }

    /// The size the file would have if it ended now, a little too high.
    public long length() {
        try {
            return writer.getPos() + size();
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
                    ParquetUtil.footerMetrics(
                            footer, chunks.stream().flatMap(Chunk::metrics), metricsConfig),
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
        chunks.forEach(Chunk::close);
        compressor.close();
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
