package dev.tarn.pipeline.source.mysql;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.row.Misfit;
import dev.tarn.pipeline.source.jdbc.Dialect;
import dev.tarn.pipeline.source.jdbc.JdbcSource;
import dev.tarn.pipeline.source.jdbc.Relation;
import dev.tarn.pipeline.source.jdbc.Sql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// That of MySQL and MariaDB. A column is read as the first state of their changes is, so that it
/// has one type and one value whichever way it comes.
public final class MySqlDialect implements Dialect {
    @Override
    public boolean speaks(String url) {
        return MyOptions.speaks(url);
    }

    @Override
    public Connection connect(String url, Properties properties, long seconds) throws SQLException {
        properties.putIfAbsent("connectTimeout", Long.toString(seconds * 1_000));
        return MyOptions.connect(url, properties);
    }

    @Override
    public String quoted(String name) {
        return MyName.quoted(name);
    }

    @Override
    public Relation relation(
            Connection connection,
            Block block,
            @Nullable String path,
            @Nullable String query,
            @Nullable String where)
            throws SQLException {
        boolean narrow = block.truth("int_type_narrowing");
        MyName name = path == null ? null : name(connection, path);
        if (query != null) {
            List<String> key = name == null ? List.of() : MyShape.key(connection, name);
            return ofQuery(connection, path, query, key, narrow);
        }
        if (name == null) {
            throw new SQLException("expected database.table");
        }
        MyShape shape = MyShape.of(connection, name, narrow);
        String from =
                where == null
                        ? name.quoted()
                        : "(SELECT * FROM %s %s) q".formatted(name.quoted(), where);
        var columns = new Columns(shape.columns().schema(), path, shape.columns().primaryKey());
        return new MyRelation(columns, shape.values(), from, null);
    }

    /// Where no database is named it is that of the address.
    private static MyName name(Connection connection, String path) throws SQLException {
        List<String> names = JdbcSource.lastNames(path);
        return names.size() == 2
                ? new MyName(names.getFirst(), names.getLast())
                : new MyName(Sql.text(connection, "SELECT DATABASE()"), names.getFirst());
    }

    private static Relation ofQuery(
            Connection connection,
            @Nullable String path,
            String query,
            List<String> key,
            boolean narrow)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            ResultSetMetaData found = statement.getMetaData();
            if (found == null || found.getColumnCount() == 0) {
                throw new SQLException("expected a query, found a statement without rows");
            }
            List<MyColumn> values = new ArrayList<>();
            List<Types.NestedField> fields = new ArrayList<>();
            Set<String> names = new HashSet<>();
            for (int i = 1; i <= found.getColumnCount(); i++) {
                MyColumn column = MyShape.column(described(found, i), narrow);
                if (!names.add(column.name())) {
                    throw new SQLException("Column %s is there twice".formatted(column.name()));
                }
                boolean required =
                        key.contains(column.name())
                                || found.isNullable(i) == ResultSetMetaData.columnNoNulls;
                values.add(column);
                fields.add(
                        Types.NestedField.builder()
                                .withId(i)
                                .withName(column.name())
                                .ofType(column.type())
                                .isOptional(!required)
                                .build());
            }
            var columns =
                    new Columns(new Schema(fields), path, names.containsAll(key) ? key : List.of());
            return new MyRelation(columns, values, "(" + query + ") q", query);
        }
    }

    /// What the information schema would say of a column.
    private static List<@Nullable String> described(ResultSetMetaData columns, int i)
            throws SQLException {
        String name = columns.getColumnTypeName(i).toLowerCase(Locale.ROOT);
        String kind = name.replace(" unsigned", "");
        kind = kind.equals("integer") ? "int" : kind;
        int precision = columns.getPrecision(i);
        String whole = kind + "(" + precision + ")" + (columns.isSigned(i) ? "" : " unsigned");
        return Arrays.asList(
                columns.getColumnLabel(i),
                kind,
                whole,
                null,
                Integer.toString(precision),
                Integer.toString(columns.getScale(i)),
                null,
                Integer.toString(precision));
    }

    /// @param from what stands behind FROM
    /// @param plain the query by itself, null if it is a table
    private record MyRelation(
            Columns columns, List<MyColumn> values, String from, @Nullable String plain)
            implements Relation {
        @Override
        public String sql(@Nullable String condition) {
            boolean asItIs =
                    values.stream().allMatch(v -> v.expression().equals(MyName.quoted(v.name())));
            if (plain != null && condition == null && asItIs) {
                return plain;
            }
            String asked =
                    values.stream().map(MyColumn::expression).collect(Collectors.joining(", "));
            return "SELECT %s FROM %s".formatted(asked, from)
                    + (condition == null ? "" : " WHERE " + condition);
        }

        @Override
        public @Nullable String set(ResultSet row, int column, Batch batch) throws SQLException {
            MyColumn as = values.get(column - 1);
            Object value = MyValues.read(row, column, as);
            if (value == null) {
                batch.vector(column - 1).setNull(batch.size());
                return null;
            }
            try {
                as.set(batch, column - 1, value, false);
                return null;
            } catch (Misfit e) {
                return e.reason();
            }
        }
    }
}
