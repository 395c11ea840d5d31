package dev.tarn.pipeline.row;

/// Reads the bytes of one row after the other into batches.
public interface Rows {

    /// Adds a row to the batch, or throws and leaves the batch as it was.
    void read(Batch batch, byte[] bytes, int offset, int length) throws Misfit;
}
