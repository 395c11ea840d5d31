package dev.tarn.pipeline.sink;

import org.apache.iceberg.StructLike;

/// Is told where rows of a table lie that are written anew.
interface Moves {
    Moves NONE = (_, _) -> (_, _, _) -> {};

    /// Rows of a file come next.
    ///
    /// @param location of the file
    /// @param row shows the row that moves, with internal values
    Row of(String location, StructLike row);

    /// One row.
    interface Row {
        /// @param before its position in the file it was in
        /// @param to the file it is in now
        /// @param position there
        void moved(long before, Place to, long position);
    }
}
