package dev.tarn.pipeline.source.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Short questions and commands.
public final class Sql {
    private Sql() {}

    public static void run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /// The first column of the first row.
    ///
    /// @throws SQLException if there is none
    public static String text(Connection connection, String sql, String... arguments)
            throws SQLException {
        List<List<@Nullable String>> rows = rows(connection, sql, arguments);
        String value = rows.isEmpty() ? null : rows.getFirst().getFirst();
        if (value == null) {
            throw new SQLException("No answer to " + sql);
        }
        return value;
    }

    public static List<List<@Nullable String>> rows(
            Connection connection, String sql, String... arguments) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < arguments.length; i++) {
                statement.setString(i + 1, arguments[i]);
            }
            try (ResultSet found = statement.executeQuery()) {
                List<List<@Nullable String>> rows = new ArrayList<>();
                int width = found.getMetaData().getColumnCount();
                while (found.next()) {
                    List<@Nullable String> row = new ArrayList<>();
                    for (int i = 1; i <= width; i++) {
                        row.add(found.getString(i));
                    }
                    rows.add(row);
                }
                return rows;
            }
        }
    }

    /// The driver's sentence, in one line.
    public static String reason(@Nullable Throwable e) {
        return e == null
                ? "unknown"
                : String.valueOf(e.getMessage()).replaceAll("\\s+", " ").strip();
    }
}
