package dev.tarn.pipeline.parquet;

import dev.tarn.pipeline.row.Batch;
import java.io.IOException;
import java.util.stream.Stream;
import org.apache.iceberg.FieldMetrics;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.jspecify.annotations.Nullable;

/// One top-level column of the row group that is being written.
sealed interface Chunk extends AutoCloseable permits FlatChunk, NestedChunk {

    /// @param column of the batch, -1 for nulls
    /// @param rows of the batch, null for the first `count`
    void append(Batch batch, int column, int @Nullable [] rows, int count);

    /// Memory held, in bytes.
    long memory();

    /// What was added since the last flush, as it will be in the file, in bytes; a little too much.
    long size();

    /// Writes the chunk, and begins the next one.
    void flush(ParquetFileWriter file) throws IOException;

    /// Over all chunks so far.
    Stream<FieldMetrics<?>> metrics();

    @Override
    void close();
}
