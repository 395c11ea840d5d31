package dev.tarn.pipeline.row;

/// Reads the bytes of one row after the other into batches.
public interface Rows {

    /// Adds a row to the batch, or throws and leaves the batch as it was.
    ///
    /// An implementation may add several rows, or none: see [#rowsMax].
    void read(Batch batch, byte[] bytes, int offset, int length) throws Misfit;

    /// Rows that one call may add at most.
    default int rowsMax() {
        return 1;
    }
}
