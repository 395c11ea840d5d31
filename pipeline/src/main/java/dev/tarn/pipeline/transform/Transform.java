package dev.tarn.pipeline.transform;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.row.RowKind;

/// One step of a job between its source and its sink.
public sealed interface Transform
        permits Projection,
                Replacing,
                Splitting,
                Kinds,
                NoRows,
                Same,
                Telling,
                Selecting,
                Extracting {

    /// What comes out.
    Columns columns();

    Batch apply(Batch batch);

    /// Whether rows of a kind go on as such.
    default boolean passes(RowKind kind) {
        return true;
    }
}
