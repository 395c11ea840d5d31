package dev.tarn.pipeline.parquet;

import dev.tarn.pipeline.row.Batch;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.parquet.ParquetValueReader;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.schema.MessageType;

/// A list, map or struct, a column that the file does not have, and one that another program wrote
/// in its own way: Iceberg's reader makes the values.
final class NestedReader implements ChunkReader {
    private final ParquetValueReader<Record> model;

    /// @param schema with this column alone
    NestedReader(Schema schema, MessageType type, PageReadStore pages) {
        this.model = GenericParquetReaders.buildReader(schema, type);
        model.setPageSource(pages);
    }

    @Override
    @SuppressWarnings("NullAway") // Iceberg's readers take null where there is nothing to reuse.
    public void read(Batch batch, int column, int count) {
        for (int i = 0; i < count; i++) {
            batch.put(column, batch.size() + i, model.read(null).get(0));
        }
    }
}
