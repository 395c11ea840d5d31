package dev.tarn.pipeline.row;

import java.io.IOException;

/// Reads the bytes of one row after the other into batches.
public interface Rows {

    /// Adds a row to the batch, or throws and leaves the batch as it was.
    ///
    /// The batch has room for one row. An implementation that may add several makes room for them
    /// ([Batch#reserve]); it may also add none.
    ///
    /// @throws IOException if what reading takes besides the bytes is not to be had, which is no
    ///   fault of the row
    void read(Batch batch, byte[] bytes, int offset, int length) throws Misfit, IOException;
}
