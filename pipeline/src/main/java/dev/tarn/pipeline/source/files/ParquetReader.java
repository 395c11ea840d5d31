package dev.tarn.pipeline.source.files;

import dev.tarn.pipeline.parquet.ParquetRows;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Rejected;
import dev.tarn.pipeline.row.Rejections;
import dev.tarn.pipeline.source.Position;
import dev.tarn.pipeline.source.SplitReader;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// Rows of a Parquet file, columns found by name.
final class ParquetReader implements SplitReader {
    private final InputFile file;
    private final Schema schema;
    private final ParquetRows rows;
    private final int[] sources;
    private final boolean[] required;

    ParquetReader(InputFile file, Schema schema, Set<String> required, Position from)
            throws IOException {
        this.file = file;
        this.schema = schema;
        this.rows = new ParquetRows(file);
        List<Types.NestedField> columns = schema.columns();
        this.sources = new int[columns.size()];
        this.required = new boolean[columns.size()];
        List<Types.NestedField> written = rows.schema().columns();
        for (int i = 0; i < columns.size(); i++) {
            Types.NestedField column = columns.get(i);
            sources[i] = -1;
            for (int w = 0; w < written.size(); w++) {
                if (written.get(w).name().equals(column.name())) {
                    sources[i] = w;
                }
            }
            Type found = sources[i] < 0 ? null : written.get(sources[i]).type();
            if (found == null || !sameShape(found, column.type())) {
                rows.close();
                throw new IOException(
                        "column %s, expected %s, found %s"
                                .formatted(
                                        column.name(),
                                        column.type(),
                                        found == null ? "no such column" : found));
            }
            this.required[i] = required.contains(column.name()) || column.isRequired();
        }
        rows.skip(from.rows());
    }

    /// The columns of the footer, none required: other files of the source may have nulls there.
    static Schema infer(InputFile file) throws IOException {
        try (var rows = new ParquetRows(file)) {
            return new Schema(
                    rows.schema().columns().stream()
                            .map(f -> Types.NestedField.optional(f.fieldId(), f.name(), f.type()))
                            .toList());
        }
    }

    private static boolean sameShape(Type found, Type expected) {
        return found.isNestedType() ? found.typeId() == expected.typeId() : found.equals(expected);
    }

    @Override
    public @Nullable Batch next(int rowsMax, Rejections rejections) {
        Batch batch = null;
        for (int taken = 0; taken < rowsMax; taken++) {
            Record record = rows.next();
            if (record == null) {
                break;
            }
            batch = batch == null ? new Batch(schema, rowsMax) : batch;
            boolean fits = true;
            for (int i = 0; i < sources.length && fits; i++) {
                Object value = record.get(sources[i]);
                batch.set(i, value);
                if (value == null && required[i]) {
                    fits = false;
                    rejections.add(
                            new Rejected(
                                    file.location(),
                                    rows.position(),
                                    schema.columns().get(i).name(),
                                    "expected a value, found null",
                                    null));
                }
            }
            if (fits) {
                batch.endRow();
            } else {
                batch.clearRow();
            }
        }
        return batch;
    }

    @Override
    public Position position() {
        return new Position(rows.position(), 0, rows.position());
    }

    @Override
    public long bytesRead() {
        return rows.bytes();
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }
}
