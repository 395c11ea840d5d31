package dev.tarn.pipeline.transform;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Columns;

/// Leaves rows as they are.
record Same(Columns columns) implements Transform {

    @Override
    public Batch apply(Batch batch) {
        return batch;
    }
}
