package dev.tarn.pipeline.source.jdbc;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// A table or a query of a database.
public interface Relation {
    Columns columns();

    /// The query for its rows.
    ///
    /// @param condition which of them, null for all
    String sql(@Nullable String condition);

    /// Sets a column of the batch's next row.
    ///
    /// @param column counted from 1
    /// @return why the value does not fit, null if it does
    @Nullable String set(ResultSet row, int column, Batch batch) throws SQLException;
}
