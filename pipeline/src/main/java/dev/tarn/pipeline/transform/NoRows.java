package dev.tarn.pipeline.transform;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.row.RowKind;

/// Lets no row through.
record NoRows(Columns columns) implements Transform {

    @Override
    public boolean passes(RowKind kind) {
        return false;
    }

    @Override
    public Batch apply(Batch batch) {
        return new Batch(batch.table(), columns.schema(), 0);
    }
}
