package dev.tarn.pipeline.row;

import java.util.List;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;

/// Which columns of a schema need a value in every row.
final class Required {
    private final Schema schema;
    private final boolean[] required;

    /// @param names columns of a table that asks for more than the schema does
    Required(Schema schema, Set<String> names) {
        this.schema = schema;
        List<Types.NestedField> columns = schema.columns();
        this.required = new boolean[columns.size()];
        for (int i = 0; i < required.length; i++) {
            required[i] = columns.get(i).isRequired() || names.contains(columns.get(i).name());
        }
    }

    /// The first column that requires a value and has none in the batch's next row, or -1.
    int missing(Batch batch) {
        for (int i = 0; i < required.length; i++) {
            if (required[i] && batch.isNull(i, batch.size())) {
                return i;
            }
        }
        return -1;
    }

    void check(Batch batch) throws Misfit {
        int missing = missing(batch);
        if (missing >= 0) {
            throw new Misfit(schema.columns().get(missing).name(), "expected a value, found null");
        }
    }
}
