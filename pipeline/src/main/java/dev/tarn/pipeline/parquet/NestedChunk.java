package dev.tarn.pipeline.parquet;

import dev.tarn.pipeline.row.Batch;
import java.io.IOException;
import java.util.stream.Stream;
import org.apache.iceberg.FieldMetrics;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.parquet.ParquetValueWriter;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputCompressor;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/// A list, map or struct: Iceberg's writer and parquet-java's take it apart into its columns.
final class NestedChunk implements Chunk {
    private final MessageType type;
    private final BytesInputCompressor compressor;
    private final ParquetProperties properties;
    private final ParquetValueWriter<Record> model;
    private final Record record;

    private ColumnChunkPageWriteStore pages;
    private ColumnWriteStore columns;

    /// @param schema with this column alone
    NestedChunk(
            Schema schema,
            MessageType type,
            BytesInputCompressor compressor,
            ParquetProperties properties) {
        this.type = type;
        this.compressor = compressor;
        this.properties = properties;
        this.model = GenericParquetWriter.create(schema, type);
        this.record = GenericRecord.create(schema);
        this.pages = newPages();
        this.columns = newColumns();
    }

    private ColumnChunkPageWriteStore newPages() {
        return new ColumnChunkPageWriteStore(
                compressor,
                type,
                properties.getAllocator(),
                properties.getColumnIndexTruncateLength(),
                true);
    }

    private ColumnWriteStore newColumns() {
        ColumnWriteStore store = properties.newColumnWriteStore(type, pages, pages);
        model.setColumnStore(store);
        return store;
    }

    @Override
    public void append(Batch batch, int column, int @Nullable [] rows, int count) {
        for (int i = 0; i < count; i++) {
            record.set(0, column < 0 ? null : batch.value(column, rows == null ? i : rows[i]));
            model.write(0, record);
            columns.endRecord();
        }
    }

    @Override
    public long memory() {
        return columns.getAllocatedSize();
    }

    @Override
    public long size() {
        return columns.getBufferedSize();
    }

    @Override
    public void flush(ParquetFileWriter file) throws IOException {
        columns.flush();
        pages.flushToFileWriter(file);
        close();
        pages = newPages();
        columns = newColumns();
    }

    @Override
    public Stream<FieldMetrics<?>> metrics() {
        return model.metrics();
    }

    @Override
    public void close() {
        columns.close();
        pages.close();
    }
}
