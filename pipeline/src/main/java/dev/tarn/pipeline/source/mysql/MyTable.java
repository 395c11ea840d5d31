package dev.tarn.pipeline.source.mysql;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Misfit;
import dev.tarn.pipeline.row.Rejected;
import dev.tarn.pipeline.row.Rejections;
import dev.tarn.pipeline.row.RowKind;
import dev.tarn.pipeline.source.jdbc.ChangeReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// A table that is read, and the batch that is being filled with its rows.
final class MyTable implements ChangeReader.Filling {
    private final int number;
    private final MyShape shape;
    private final Schema schema;
    private final boolean[] required;
    private @Nullable Batch batch;

    /// @param number which of the tables of the source it is
    /// @param requiredNames columns in which a null does not fit, besides those of the schema
    MyTable(int number, MyShape shape, Set<String> requiredNames) {
        this.number = number;
        this.shape = shape;
        this.schema = shape.columns().schema();
        this.required = new boolean[shape.values().size()];
        for (int i = 0; i < required.length; i++) {
            Types.NestedField column = schema.columns().get(i);
            required[i] = column.isRequired() || requiredNames.contains(column.name());
        }
    }

    MyName name() {
        return shape.name();
    }

    MyShape shape() {
        return shape;
    }

    /// Where its next rows go.
    ///
    /// @param rowsMax of a new batch
    Batch batch(int rowsMax) {
        if (batch == null) {
            batch = new Batch(number, schema, rowsMax);
        }
        return batch;
    }

    @Override
    public Batch emptied() {
        return Batch.emptied(number, schema);
    }

    @Override
    public @Nullable Batch takeOrNull() {
        Batch full = batch;
        batch = null;
        return full == null || full.size() == 0 ? null : full;
    }

    /// Appends a row, or hands it on with the reason.
    ///
    /// @param values in the order of the columns
    /// @param place for a rejected row
    void append(
            Batch rows,
            @Nullable Object[] values,
            RowKind kind,
            boolean logged,
            long place,
            Rejections rejections) {
        try {
            rows.kind(kind);
            for (int column = 0; column < required.length; column++) {
                Object value = values[column];
                boolean there = value != null;
                if (value == null) {
                    rows.vector(column).setNull(rows.size());
                } else {
                    there = shape.values().get(column).set(rows, column, value, logged);
                }
                if (!there && required[column]) {
                    throw new Misfit(
                            schema.columns().get(column).name(),
                            "expected a value, found " + (value == null ? "null" : "0000-00-00"));
                }
            }
            rows.endRow();
        } catch (Misfit e) {
            rows.clearRow();
            rejections.add(
                    new Rejected(name().toString(), place, e.column(), e.reason(), raw(values)));
        }
    }

    /// The values as they came, comma in between.
    private static String raw(@Nullable Object[] values) {
        var raw = new StringBuilder();
        for (Object value : values) {
            raw.append(raw.isEmpty() ? "" : ",")
                    .append(
                            value instanceof byte[] bytes
                                    ? new String(bytes, StandardCharsets.UTF_8)
                                    : String.valueOf(value));
        }
        return raw.toString();
    }

    /// Whether the columns are the same.
    boolean isLike(MyShape other) {
        return shape.values().equals(other.values())
                && schema.asStruct().equals(other.columns().schema().asStruct());
    }

    List<String> columnNames() {
        return shape.values().stream().map(MyColumn::name).toList();
    }
}
