package dev.tarn.pipeline.source.files;

import dev.tarn.pipeline.parquet.ParquetBatches;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Rejected;
import dev.tarn.pipeline.row.Rejections;
import dev.tarn.pipeline.source.Position;
import dev.tarn.pipeline.source.SplitReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// Rows of a Parquet file, columns found by name.
final class ParquetReader implements SplitReader {
    private final InputFile file;
    private final Schema schema;
    private final ParquetBatches rows;
    private final int[] sources;
    private final boolean[] required;

    ParquetReader(InputFile file, Schema schema, Set<String> required, Position from)
            throws IOException {
        this.file = file;
        this.schema = schema;
        this.rows = new ParquetBatches(file);
        List<Types.NestedField> columns = schema.columns();
        this.sources = IntStream.range(0, columns.size()).toArray();
        this.required = new boolean[columns.size()];
        List<Types.NestedField> wanted = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            Types.NestedField column = columns.get(i);
            Types.NestedField found = null;
            for (Types.NestedField written : rows.schema().columns()) {
                found = written.name().equals(column.name()) ? written : found;
            }
            if (found == null || !sameShape(found.type(), column.type())) {
                rows.close();
                throw new IOException(
                        "column %s, expected %s, found %s"
                                .formatted(
                                        column.name(),
                                        column.type(),
                                        found == null ? "no such column" : found.type()));
            }
            wanted.add(found);
            this.required[i] = required.contains(column.name()) || column.isRequired();
        }
        rows.select(new Schema(wanted));
        rows.skip(from.rows());
    }

    /// The columns of the footer, none required: other files of the source may have nulls there.
    static Schema infer(InputFile file) throws IOException {
        try (var rows = new ParquetBatches(file)) {
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
        Batch found = rows.next(rowsMax);
        if (found == null) {
            return null;
        }
        Batch batch = found.project(schema, sources);
        long begin = rows.position() - batch.size();
        int[] fitting = new int[batch.size()];
        int count = 0;
        for (int row = 0; row < batch.size(); row++) {
            int missing = firstMissing(batch, row);
            if (missing < 0) {
                fitting[count++] = row;
            } else {
                rejections.add(
                        new Rejected(
                                file.location(),
                                begin + row + 1,
                                schema.columns().get(missing).name(),
                                "expected a value, found null",
                                null));
            }
        }
        return count == batch.size() ? batch : batch.picked(fitting, count);
    }

    /// A required column without a value, -1 if there is none.
    private int firstMissing(Batch batch, int row) {
        for (int i = 0; i < required.length; i++) {
            if (required[i] && batch.isNull(i, row)) {
                return i;
            }
        }
        return -1;
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
