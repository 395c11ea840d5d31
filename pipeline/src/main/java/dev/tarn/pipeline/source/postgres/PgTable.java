package dev.tarn.pipeline.source.postgres;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.row.Misfit;
import dev.tarn.pipeline.row.Rejected;
import dev.tarn.pipeline.row.Rejections;
import dev.tarn.pipeline.row.RowKind;
import dev.tarn.pipeline.source.jdbc.ChangeReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// A table that is read, and the batch that is being filled with its rows.
final class PgTable implements ChangeReader.Filling {
    private final int number;
    private final PgName name;
    private final int oid;
    private final Schema schema;
    private final PgText text;
    private final PgBinary binary;
    private final boolean[] required;
    private final boolean[] key;
    private @Nullable Batch batch;

    /// @param number which of the tables of the source it is
    /// @param oid its number in the database
    /// @param requiredNames columns in which a null does not fit, besides those of the schema
    PgTable(int number, PgName name, int oid, Columns columns, Set<String> requiredNames) {
        this.number = number;
        this.oid = oid;
        this.name = name;
        this.schema = columns.schema();
        this.text = new PgText(schema);
        this.binary = new PgBinary(schema, text);
        int width = schema.columns().size();
        this.required = new boolean[width];
        this.key = new boolean[width];
        for (int i = 0; i < width; i++) {
            Types.NestedField column = schema.columns().get(i);
            required[i] = column.isRequired() || requiredNames.contains(column.name());
            key[i] = columns.primaryKey().contains(column.name());
        }
    }

    private PgTable(PgTable other) {
        this.number = other.number;
        this.oid = other.oid;
        this.name = other.name;
        this.schema = other.schema;
        this.text = new PgText(schema);
        this.binary = new PgBinary(schema, text);
        this.required = other.required;
        this.key = other.key;
    }

    /// The same for another thread.
    PgTable another() {
        return new PgTable(this);
    }

    PgName name() {
        return name;
    }

    /// Whether the columns are the same.
    boolean isLike(Schema other) {
        return schema.asStruct().equals(other.asStruct());
    }

    int oid() {
        return oid;
    }

    /// Columns by their numbers, which stay when a column is renamed; in their order.
    SequencedMap<Integer, String> numbered() {
        SequencedMap<Integer, String> numbered = new LinkedHashMap<>();
        schema.columns().forEach(column -> numbered.put(column.fieldId(), column.name()));
        return numbered;
    }

    List<String> columnNames() {
        return schema.columns().stream().map(Types.NestedField::name).toList();
    }

    /// What a query asks for, whose rows come in binary.
    ///
    /// @param typeNames by the columns' numbers, as `pg_type` has them
    String expressions(Map<Integer, String> typeNames) {
        return binary.expressions(typeNames);
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

    boolean hasRows() {
        return batch != null && batch.size() > 0;
    }

    /// One row.
    interface Values {
        /// Whether they are in binary, else in text.
        boolean areBinary();

        /// The bytes that hold a column of the table.
        byte[] array();

        /// Where the value of a column begins, negative if it is null or not there.
        int from(int column);

        int end(int column);
    }

    /// Appends a row, or hands it on with the reason.
    ///
    /// @param keyOnly whether the others may be missing: the row is to be found, not written
    /// @param place for a rejected row
    void append(
            Batch rows,
            Values values,
            RowKind kind,
            boolean keyOnly,
            long place,
            Rejections rejections) {
        PgForm form = values.areBinary() ? binary : text;
        try {
            rows.kind(kind);
            for (int column = 0; column < required.length; column++) {
                int from = values.from(column);
                if (from >= 0) {
                    form.set(rows, column, values.array(), from, values.end(column));
                } else {
                    rows.vector(column).setNull(rows.size());
                    if (keyOnly ? key[column] : required[column]) {
                        throw new Misfit(
                                schema.columns().get(column).name(),
                                "expected a value, found null");
                    }
                }
            }
            rows.endRow();
        } catch (Misfit e) {
            rows.clearRow();
            rejections.add(
                    new Rejected(
                            name.toString(), place, e.column(), e.reason(), raw(form, values)));
        }
    }

    /// The values as they came, comma in between.
    private String raw(PgForm form, Values values) {
        var raw = new StringBuilder();
        for (int column = 0; column < required.length; column++) {
            int from = values.from(column);
            raw.append(column == 0 ? "" : ",")
                    .append(
                            from < 0
                                    ? "null"
                                    : form.text(column, values.array(), from, values.end(column)));
        }
        return raw.toString();
    }
}
