package dev.tarn.pipeline.row;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// Turns records of one schema of Avro into rows: the fields that have the name of a column.
public final class AvroFields {
    private final org.apache.iceberg.Schema schema;
    private final Required required;
    private final Schema read;
    private final List<Schema.@Nullable Field> fields = new ArrayList<>();
    private final AvroValues values = new AvroValues();

    /// @param required columns in which a null does not fit, besides those of the schema
    /// @param written what the records were written with
    /// @throws Misfit if that is no record
    public AvroFields(org.apache.iceberg.Schema schema, Set<String> required, Schema written)
            throws Misfit {
        this.schema = schema;
        this.required = new Required(schema, required);
        if (written.getType() != Schema.Type.RECORD) {
            throw new Misfit(
                    null, "expected a record, found a schema for " + written.getType().getName());
        }
        List<Schema.Field> wanted = new ArrayList<>();
        for (Types.NestedField column : schema.columns()) {
            Schema.Field field = written.getField(column.name());
            if (field != null) {
                wanted.add(new Schema.Field(column.name(), field.schema()));
            }
        }
        this.read =
                Schema.createRecord(
                        written.getName(), null, written.getNamespace(), written.isError(), wanted);
        schema.columns().forEach(column -> fields.add(read.getField(column.name())));
    }

    /// The schema cut down to what is wanted, so that the rest is skipped and not made.
    public Schema read() {
        return read;
    }

    /// Adds a row, or throws and leaves the batch as it was.
    ///
    /// @param row of the schema [#read]
    public void add(Batch batch, GenericRecord row) throws Misfit {
        try {
            for (int i = 0; i < fields.size(); i++) {
                Schema.Field field = fields.get(i);
                if (field != null) {
                    set(batch, i, field, row.get(field.pos()));
                }
            }
            required.check(batch);
            batch.endRow();
        } catch (Misfit e) {
            batch.clearRow();
            throw e;
        }
    }

    private void set(Batch batch, int column, Schema.Field field, @Nullable Object value)
            throws Misfit {
        try {
            batch.set(
                    column,
                    values.value(field.schema(), value, schema.columns().get(column).type()));
        } catch (Misfit e) {
            throw e.in(field.name());
        }
    }
}
