package dev.tarn.pipeline.source.fake;

import dev.tarn.pipeline.row.Batch;

/// The rows of a FakeSource, by their number.
interface FakeRows {
    long count();

    /// Sets the batch's next row.
    void set(Batch batch, long number);
}
