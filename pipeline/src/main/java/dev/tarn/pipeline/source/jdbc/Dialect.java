package dev.tarn.pipeline.source.jdbc;

import dev.tarn.pipeline.job.Block;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/// What one kind of database wants said in its own way.
public interface Dialect {

    /// How its addresses begin: `jdbc:postgresql:`.
    boolean speaks(String url);

    /// @param properties of the driver as the job gives them, with the user and the password
    /// @param seconds longest wait, unless the properties say so
    Connection connect(String url, Properties properties, long seconds) throws SQLException;

    /// A name in quotes.
    String quoted(String name);

    /// Asks the database what a query or a table is.
    ///
    /// @param path a table's names, the last two of which count; null of a query without one
    /// @param query null for the table as a whole
    /// @param where put behind a table that is read whole, null for nothing
    /// @throws SQLException if there is no such table, or the query is none
    Relation relation(
            Connection connection,
            Block block,
            @Nullable String path,
            @Nullable String query,
            @Nullable String where)
            throws SQLException;
}
