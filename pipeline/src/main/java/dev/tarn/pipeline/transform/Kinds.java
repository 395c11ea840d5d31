package dev.tarn.pipeline.transform;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.row.RowKind;
import java.util.Set;

/// Lets only rows of some kinds through.
record Kinds(Columns columns, Set<RowKind> kept) implements Transform {

    @Override
    public Batch apply(Batch batch) {
        if (batch.insertsOnly()) {
            return kept.contains(RowKind.INSERT)
                    ? batch
                    : new Batch(batch.table(), columns.schema(), 0);
        }
        int[] rows = new int[batch.size()];
        int count = 0;
        for (int row = 0; row < batch.size(); row++) {
            if (kept.contains(batch.kind(row))) {
                rows[count++] = row;
            }
        }
        return batch.picked(rows, count);
    }
}
