package dev.tarn.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A [Transaction] on one connection. Statements are prepared once and kept.
abstract class Statements implements Transaction {
    private static final int PREPARED_MAX = 128;

    private final Dialect dialect;
    private final Connection connection;
    private final Map<String, PreparedStatement> prepared = new LinkedHashMap<>(16, 0.75f, true);

    Statements(Dialect dialect, Connection connection) {
        this.dialect = dialect;
        this.connection = connection;
    }

    @Override
    public <T> List<T> query(String sql, Function<Row, T> reader, @Nullable Object... arguments) {
        try {
            PreparedStatement statement = prepare(sql, arguments);
            try (ResultSet result = statement.executeQuery()) {
                List<T> rows = new ArrayList<>();
                Row row = new ResultRow(result);
                while (result.next()) {
                    rows.add(reader.apply(row));
                }
                return rows;
            }
        } catch (SQLException e) {
            throw dialect.translate(sql, e);
        }
    }

    @Override
    public <T> Optional<T> queryOne(
            String sql, Function<Row, T> reader, @Nullable Object... arguments) {
        List<T> rows = query(sql, reader, arguments);
        if (rows.size() > 1) {
            throw new IllegalStateException(
                    "Expected at most one row, found %s: %s".formatted(rows.size(), sql));
        }
        return rows.stream().findFirst();
    }

    @Override
    public int update(String sql, @Nullable Object... arguments) {
        try {
            return prepare(sql, arguments).executeUpdate();
        } catch (SQLException e) {
            throw dialect.translate(sql, e);
        }
    }

    private PreparedStatement prepare(String sql, @Nullable Object... arguments)
            throws SQLException {
        PreparedStatement statement = prepared.get(sql);
        if (statement == null) {
            forgetEldest();
            statement = connection.prepareStatement(sql);
            prepared.put(sql, statement);
        }
        for (int i = 0; i < arguments.length; i++) {
            bind(statement, i + 1, arguments[i]);
        }
        return statement;
    }

    private void forgetEldest() throws SQLException {
        if (prepared.size() >= PREPARED_MAX) {
            var eldest = prepared.entrySet().iterator();
            eldest.next().getValue().close();
            eldest.remove();
        }
    }

    private static void bind(PreparedStatement statement, int index, @Nullable Object value)
            throws SQLException {
        switch (value) {
            case null -> statement.setObject(index, null);
            case String s -> statement.setString(index, s);
            case Long n -> statement.setLong(index, n);
            case Integer n -> statement.setInt(index, n);
            case Boolean b -> statement.setInt(index, b ? 1 : 0);
            case byte[] bytes -> statement.setBytes(index, bytes);
            default ->
                    throw new IllegalArgumentException(
                            "Argument %s must be String, Long, Integer, Boolean, byte[] or null, found: %s"
                                    .formatted(index, value.getClass().getName()));
        }
    }

    private record ResultRow(ResultSet result) implements Row {

        @Override
        public String string(int column) {
            return require(column, stringOrNull(column));
        }

        @Override
        public @Nullable String stringOrNull(int column) {
            try {
                return result.getString(column);
            } catch (SQLException e) {
                throw unreadable(column, e);
            }
        }

        @Override
        public long number(int column) {
            return require(column, numberOrNull(column));
        }

        @Override
        public @Nullable Long numberOrNull(int column) {
            try {
                long value = result.getLong(column);
                return result.wasNull() ? null : value;
            } catch (SQLException e) {
                throw unreadable(column, e);
            }
        }

        @Override
        public byte[] bytes(int column) {
            try {
                return require(column, result.getBytes(column));
            } catch (SQLException e) {
                throw unreadable(column, e);
            }
        }

        private static <T> T require(int column, @Nullable T value) {
            if (value == null) {
                throw new IllegalStateException("Column %s is null".formatted(column));
            }
            return value;
        }

        private static StoreException unreadable(int column, SQLException e) {
            return new StoreException("Cannot read column %s".formatted(column), e);
        }
    }
}
