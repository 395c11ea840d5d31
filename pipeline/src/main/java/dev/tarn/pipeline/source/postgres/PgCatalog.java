package dev.tarn.pipeline.source.postgres;

import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.source.jdbc.JdbcTypes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;

/// What PostgreSQL says of its tables.
final class PgCatalog {
    private static final int NESTED_IDS = 1_000_000;

    /// A domain is the type below it; generated columns are not in the log.
    private static final String COLUMNS =
            """
            SELECT a.attnum, a.attname, a.attnotnull, b.typname,
                   CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END
            FROM pg_attribute a
            JOIN pg_type t ON t.oid = a.atttypid
            JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
            WHERE a.attrelid = ?::regclass AND a.attnum > 0 AND NOT a.attisdropped
              AND a.attgenerated = ''
            ORDER BY a.attnum\
            """;

    private static final String DROPPED =
            "SELECT attnum FROM pg_attribute WHERE attrelid = ?::regclass AND attnum > 0 AND"
                    + " attisdropped";

    private static final String KEY =
            """
            SELECT a.attname FROM pg_index i
            CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY k(num, place)
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.num
            WHERE i.indisprimary AND i.indrelid = ?::regclass ORDER BY k.place\
            """;

    private PgCatalog() {}

    /// The columns of a table, in their order; the id of each is its number in the table, which
    /// stays when it is renamed.
    ///
    /// @throws SQLException if there is no such table, or it cannot be read
    static Columns columns(Connection connection, PgName name) throws SQLException {
        List<Types.NestedField> fields = new ArrayList<>();
        List<String> key = key(connection, name);
        int[] nestedId = {NESTED_IDS};
        try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
            statement.setString(1, name.quoted());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    String column = rows.getString(2);
                    int modifier = rows.getInt(5);
                    // numeric(p, s) is kept as 4 + (p << 16 | s), -1 without.
                    int precision = modifier < 0 ? 0 : ((modifier - 4) >> 16) & 0xffff;
                    int scale = modifier < 0 ? 0 : (modifier - 4) & 0x7ff;
                    fields.add(
                            Types.NestedField.builder()
                                    .withId(rows.getInt(1))
                                    .withName(column)
                                    .ofType(
                                            TypeUtil.assignFreshIds(
                                                    JdbcTypes.of(
                                                            rows.getString(4), precision, scale),
                                                    () -> ++nestedId[0]))
                                    .isOptional(!rows.getBoolean(3) && !key.contains(column))
                                    .build());
                }
            }
        }
        if (fields.isEmpty()) {
            throw new SQLException("the table has no columns");
        }
        return new Columns(new Schema(fields), name.path(), key);
    }

    /// What `pg_type` calls the types of a table's columns, by their numbers.
    static Map<Integer, String> typeNames(Connection connection, PgName name) throws SQLException {
        Map<Integer, String> names = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
            statement.setString(1, name.quoted());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    names.put(rows.getInt(1), rows.getString(4));
                }
            }
        }
        return names;
    }

    /// The number of a table, which another one of its name does not have. The log has it too.
    static int oid(Connection connection, PgName name) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT ?::regclass::oid::bigint")) {
            statement.setString(1, name.quoted());
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                // Without a sign, as the log has it.
                return (int) rows.getLong(1);
            }
        }
    }

    /// Numbers of columns that are there no more.
    static List<Integer> dropped(Connection connection, PgName name) throws SQLException {
        List<Integer> dropped = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(DROPPED)) {
            statement.setString(1, name.quoted());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    dropped.add(rows.getInt(1));
                }
            }
        }
        return dropped;
    }

    /// The columns of the primary key, none if it has none.
    static List<String> key(Connection connection, PgName name) throws SQLException {
        List<String> key = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(KEY)) {
            statement.setString(1, name.quoted());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    key.add(rows.getString(1));
                }
            }
        }
        return key;
    }
}
