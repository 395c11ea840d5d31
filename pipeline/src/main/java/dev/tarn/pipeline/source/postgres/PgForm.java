package dev.tarn.pipeline.source.postgres;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Misfit;

/// How values of a table's columns come as bytes.
interface PgForm {
    /// Sets a column of the batch's next row.
    ///
    /// @param end behind the value's last byte
    void set(Batch batch, int column, byte[] bytes, int from, int end) throws Misfit;

    /// A value as the server writes it, for people.
    String text(int column, byte[] bytes, int from, int end);
}
