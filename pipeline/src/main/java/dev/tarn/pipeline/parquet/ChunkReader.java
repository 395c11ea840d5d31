package dev.tarn.pipeline.parquet;

import dev.tarn.pipeline.row.Batch;
import org.apache.iceberg.Schema;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.types.Types;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/// One top-level column of the row group that is being read.
sealed interface ChunkReader permits FlatReader, NestedReader {

    /// Reads the next values into the rows of a batch that are not ended yet.
    void read(Batch batch, int column, int count);

    /// @param type of the file, each column with its id
    static ChunkReader open(
            Types.NestedField column, MessageType type, PageReadStore pages, String createdBy) {
        for (Type found : type.getFields()) {
            if (found.getId() != null && found.getId().intValue() == column.fieldId()) {
                var alone = new MessageType(type.getName(), found);
                if (found.isPrimitive() && FlatReader.reads(column.type(), found)) {
                    return new FlatReader(alone, pages, createdBy);
                }
                return new NestedReader(new Schema(column), alone, pages);
            }
        }
        return new NestedReader(new Schema(column), new MessageType(type.getName()), pages);
    }

    /// The Parquet type that a column of a table is written with.
    static Type written(org.apache.iceberg.types.Type type) {
        return ParquetSchemaUtil.convert(
                        new Schema(Types.NestedField.optional(1, "c", type)), "table")
                .getType(0);
    }
}
