package dev.tarn.pipeline.source.postgres;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Rejections;
import java.io.IOException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// The rows of a part of a table.
interface PgRows {
    /// More of them, null at the end; about so many, maybe none.
    ///
    /// @param rejections gets those that do not fit, by their numbers in the part
    @Nullable Batch next(int rowsMax, Rejections rejections) throws SQLException, IOException;

    /// So many so far, those that do not fit included.
    long rows();

    /// Bytes so far.
    long bytes();
}
