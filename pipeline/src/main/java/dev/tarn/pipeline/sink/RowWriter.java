package dev.tarn.pipeline.sink;

import dev.tarn.pipeline.row.Batch;

/// Writes rows into files of a table, until a commit takes them.
public sealed interface RowWriter permits TableWriter, UpsertWriter {

    void write(Batch batch, Columnwise columns);

    /// Bytes of memory that its open files hold.
    long buffered();

    /// Ends the open file that holds most. Tells whether there was one.
    boolean endLargest();

    /// Ends all open files and gives up what was written since the last call.
    Written complete();

    /// Deletes what was written since the last [#complete].
    void abort();
}
