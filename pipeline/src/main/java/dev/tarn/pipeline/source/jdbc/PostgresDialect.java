package dev.tarn.pipeline.source.jdbc;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Columns;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// PostgreSQL's.
public final class PostgresDialect implements Dialect {
    private static final String PREFIX = "jdbc:postgresql:";
    private static final int NESTED_IDS = 1_000_000;
    private static final String KEY =
            """
            SELECT a.attname FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY k(num, place)
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.num
            WHERE i.indisprimary AND i.indrelid = to_regclass(?) ORDER BY k.place\
            """;

    @Override
    public boolean speaks(String url) {
        return url.startsWith(PREFIX);
    }

    @Override
    public Connection connect(String url, Properties properties, long seconds) throws SQLException {
        properties.putIfAbsent("connectTimeout", Long.toString(seconds));
        properties.putIfAbsent("ApplicationName", "tarn");
        return DriverManager.getConnection(url, properties);
    }

    @Override
    public String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    @Override
    public Relation relation(
            Connection connection,
            Block block,
            @Nullable String path,
            @Nullable String query,
            @Nullable String where)
            throws SQLException {
        String sql =
                query != null
                        ? query
                        : "SELECT * FROM " + table(path) + (where == null ? "" : " " + where);
        return new PostgresRelation(columns(connection, path, sql), sql);
    }

    private record PostgresRelation(Columns columns, String all) implements Relation {
        @Override
        public String sql(@Nullable String condition) {
            return condition == null
                    ? all
                    : "SELECT * FROM (%s) q WHERE %s".formatted(all, condition);
        }

        @Override
        public @Nullable String set(ResultSet row, int column, Batch batch) throws SQLException {
            return JdbcTypes.set(
                    row, column, columns.schema().columns().get(column - 1).type(), batch);
        }
    }

    /// The schema and the name, which come last.
    private String table(@Nullable String path) {
        return JdbcSource.lastNames(path).stream()
                .map(this::quoted)
                .collect(java.util.stream.Collectors.joining("."));
    }

    private Columns columns(Connection connection, @Nullable String path, String sql)
            throws SQLException {
        List<String> key = path == null ? List.of() : primaryKey(connection, path);
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT * FROM (" + sql + ") q LIMIT 0")) {
            List<Types.NestedField> fields = new ArrayList<>();
            Set<String> names = new HashSet<>();
            try (PreparedStatement plain = connection.prepareStatement(sql);
                    ResultSet none = statement.executeQuery()) {
                // A query around another one forgets which columns may be null.
                ResultSetMetaData found = plain.getMetaData();
                ResultSetMetaData columns = found == null ? none.getMetaData() : found;
                int[] nestedId = {NESTED_IDS};
                for (int i = 1; i <= columns.getColumnCount(); i++) {
                    String name = columns.getColumnLabel(i);
                    if (!names.add(name)) {
                        throw new SQLException("Column %s is there twice".formatted(name));
                    }
                    boolean required =
                            key.contains(name)
                                    || columns.isNullable(i) == ResultSetMetaData.columnNoNulls;
                    fields.add(
                            Types.NestedField.builder()
                                    .withId(i)
                                    .withName(name)
                                    .ofType(
                                            TypeUtil.assignFreshIds(
                                                    JdbcTypes.of(columns, i), () -> ++nestedId[0]))
                                    .isOptional(!required)
                                    .build());
                }
            }
            return new Columns(new Schema(fields), path, names.containsAll(key) ? key : List.of());
        }
    }

    private List<String> primaryKey(Connection connection, String path) throws SQLException {
        return Sql.rows(connection, KEY, table(path)).stream()
                .map(row -> String.valueOf(row.getFirst()))
                .toList();
    }
}
