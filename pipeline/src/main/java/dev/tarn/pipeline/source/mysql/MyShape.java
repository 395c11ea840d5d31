package dev.tarn.pipeline.source.mysql;

import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.source.jdbc.Sql;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// What the server says of a table.
///
/// @param values how each of the columns is read, in their order
/// @param logged all columns that the log has
record MyShape(MyName name, Columns columns, List<MyColumn> values, List<String> logged) {
    private static final int PRECISION_MAX = 38;

    /// A generated column that is not stored is in the log too.
    private static final String COLUMNS =
            """
            SELECT column_name, data_type, column_type, is_nullable, numeric_precision, numeric_scale,
                   character_set_name, character_octet_length, table_schema, table_name
            FROM information_schema.columns WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position\
            """;

    private static final String KEY =
            """
            SELECT column_name FROM information_schema.key_column_usage
            WHERE constraint_name = 'PRIMARY' AND table_schema = ? AND table_name = ? ORDER BY ordinal_position\
            """;

    /// @param narrow whether `tinyint(1)` is a truth
    /// @throws SQLException if there is no such table, or a column cannot be read
    static MyShape of(Connection connection, MyName name, boolean narrow) throws SQLException {
        List<String> key = key(connection, name);
        List<MyColumn> values = new ArrayList<>();
        List<Types.NestedField> fields = new ArrayList<>();
        for (List<@Nullable String> row :
                Sql.rows(connection, COLUMNS, name.database(), name.table())) {
            // The server may take names in any case for the same; its log does not.
            var exact = new MyName(String.valueOf(row.get(8)), String.valueOf(row.get(9)));
            if (!exact.equals(name)) {
                throw new SQLException("the table is called " + exact);
            }
            MyColumn column = column(row, narrow);
            values.add(column);
            fields.add(
                    Types.NestedField.builder()
                            .withId(values.size())
                            .withName(column.name())
                            .ofType(column.type())
                            .isOptional(!"NO".equals(row.get(3)) && !key.contains(column.name()))
                            .build());
        }
        if (fields.isEmpty()) {
            throw new SQLException("there is no such table");
        }
        return new MyShape(
                name,
                new Columns(new Schema(fields), name.toString(), key),
                List.copyOf(values),
                values.stream().map(MyColumn::name).toList());
    }

    /// The columns of the primary key, none if there is none, or no such table.
    static List<String> key(Connection connection, MyName name) throws SQLException {
        return Sql.rows(connection, KEY, name.database(), name.table()).stream()
                .map(row -> String.valueOf(row.getFirst()))
                .toList();
    }

    /// @param row a column as [#COLUMNS] asks for it
    static MyColumn column(List<@Nullable String> row, boolean narrow) throws SQLException {
        String name = String.valueOf(row.get(0));
        String kind = String.valueOf(row.get(1)).toLowerCase(Locale.ROOT);
        String whole = String.valueOf(row.get(2));
        String lower = whole.toLowerCase(Locale.ROOT);
        int precision = number(row.get(4));
        Type type =
                type(
                        kind,
                        lower.contains("unsigned"),
                        narrow && lower.startsWith("tinyint(1)"),
                        precision,
                        number(row.get(5)));
        if (type == null) {
            throw new SQLException(
                    "column %s has the type %s, which is not read".formatted(name, whole));
        }
        int octets =
                switch (kind) {
                    case "binary" -> number(row.get(7));
                    case "bit" -> (precision + 7) / 8;
                    default -> 0;
                };
        return new MyColumn(
                name,
                kind,
                type,
                lower.contains("unsigned"),
                octets,
                charset(name, row.get(6)),
                kind.equals("enum") || kind.equals("set") ? words(whole) : List.of());
    }

    private static int number(@Nullable String text) {
        return text == null ? 0 : (int) Math.min(Integer.MAX_VALUE, Long.parseLong(text));
    }

    private static @Nullable Type type(
            String kind, boolean unsigned, boolean truth, int precision, int scale) {
        return switch (kind) {
            case "tinyint" -> truth ? Types.BooleanType.get() : Types.IntegerType.get();
            case "smallint", "mediumint", "year" -> Types.IntegerType.get();
            case "int" -> unsigned ? Types.LongType.get() : Types.IntegerType.get();
            case "bigint" -> unsigned ? Types.DecimalType.of(20, 0) : Types.LongType.get();
            case "float" -> Types.FloatType.get();
            case "double" -> Types.DoubleType.get();
            case "decimal" ->
                    precision <= PRECISION_MAX
                            ? Types.DecimalType.of(precision, scale)
                            : Types.StringType.get();
            case "bit" -> precision <= 1 ? Types.BooleanType.get() : Types.BinaryType.get();
            case "date" -> Types.DateType.get();
            case "time" -> Types.TimeType.get();
            case "datetime" -> Types.TimestampType.withoutZone();
            case "timestamp" -> Types.TimestampType.withZone();
            case "char",
                    "varchar",
                    "tinytext",
                    "text",
                    "mediumtext",
                    "longtext",
                    "enum",
                    "set",
                    "json" ->
                    Types.StringType.get();
            case "binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "vector" ->
                    Types.BinaryType.get();
            default -> MyColumn.isSpatial(kind) ? Types.BinaryType.get() : null;
        };
    }

    /// The sets of characters whose names differ from Java's.
    private static Charset charset(String column, @Nullable String name) throws SQLException {
        String java =
                switch (Objects.requireNonNullElse(name, "utf8mb4")) {
                    case "utf8mb4", "utf8mb3", "utf8", "ascii" -> "UTF-8";
                    case "latin1" -> "windows-1252";
                    case "latin2" -> "ISO-8859-2";
                    case "latin5" -> "ISO-8859-9";
                    case "latin7" -> "ISO-8859-13";
                    case "cp850" -> "IBM850";
                    case "cp852" -> "IBM852";
                    case "cp866" -> "IBM866";
                    case "cp1250" -> "windows-1250";
                    case "cp1251" -> "windows-1251";
                    case "cp1256" -> "windows-1256";
                    case "cp1257" -> "windows-1257";
                    case "greek" -> "ISO-8859-7";
                    case "hebrew" -> "ISO-8859-8";
                    case "koi8r" -> "KOI8-R";
                    case "koi8u" -> "KOI8-U";
                    case "sjis", "cp932" -> "windows-31j";
                    case "ujis", "eucjpms" -> "EUC-JP";
                    case "euckr" -> "x-windows-949";
                    case "gb2312" -> "EUC-CN";
                    case "ucs2", "utf16" -> "UTF-16BE";
                    case "utf16le" -> "UTF-16LE";
                    case "utf32" -> "UTF-32BE";
                    default -> String.valueOf(name);
                };
        if (java.equals("UTF-8")) {
            return StandardCharsets.UTF_8;
        }
        try {
            return Charset.forName(java);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            throw new SQLException(
                    "column %s is in %s, which is not read".formatted(column, name), e);
        }
    }

    /// Of `enum('a','it''s')`.
    private static List<String> words(String type) {
        List<String> words = new ArrayList<>();
        int at = type.indexOf('(') + 1;
        while (at > 0 && at < type.length() && type.charAt(at) == '\'') {
            var word = new StringBuilder();
            at++;
            while (type.charAt(at) != '\'' || type.startsWith("''", at)) {
                at += type.charAt(at) == '\'' ? 1 : 0;
                word.append(type.charAt(at++));
            }
            words.add(word.toString());
            // Behind the quote and the comma.
            at += 2;
        }
        return List.copyOf(words);
    }
}
