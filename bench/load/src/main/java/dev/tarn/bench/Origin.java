package dev.tarn.bench;

import java.sql.SQLException;
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

    /// All rows of `filled`, in transactions of a thousand.
    void copyTo(String table) throws SQLException;

    void drop(String table) throws SQLException;

    /// What the server keeps for a job that has ended goes.
    void forget(String job) throws SQLException;

    /// Whether anybody is reading the log now.
    boolean followed() throws SQLException;

    /// The block of a job.
    String source(String table);

    /// What Debezium's connector needs to read a table.
    Map<String, String> debezium(String table);
}
