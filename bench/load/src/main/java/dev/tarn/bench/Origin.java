package dev.tarn.bench;

import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

/// A database server with a table `filled` of the pipelines' ten columns, which are read as they
/// are and as they come by its log.
interface Origin {
    String FILLED = "filled";

    String name();

    /// @throws SQLException if it cannot; so does each below
    void fill(long rows) throws SQLException;

    /// An empty table of the same columns.
    void make(String table) throws SQLException;

    /// Of a connection that commits by itself.
    Statement statement();

    /// All rows of `filled`, in transactions of a thousand.
    default void copyTo(String table, long rows) throws SQLException {
        for (long from = 0; from < rows; from += 1_000) {
            statement()
                    .execute(
                            "INSERT INTO %s SELECT * FROM filled WHERE id > %d AND id <= %d"
                                    .formatted(table, from, from + 1_000));
        }
    }

    default void drop(String table) throws SQLException {
        statement().execute("DROP TABLE " + table);
    }

    /// What the server keeps for a job that has ended goes.
    void forget(String job) throws SQLException;

    /// Whether anybody is reading the log now.
    boolean followed() throws SQLException;

    /// The block of a job.
    String source(String table);

    /// What Debezium's connector needs to read a table.
    Map<String, String> debezium(String table);
}
