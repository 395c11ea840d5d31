package dev.tarn.pipeline.source.jdbc;

import dev.tarn.pipeline.row.Batch;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// Types of PostgreSQL and what they are in a table; what is not named here is read as its text.
public final class JdbcTypes {
    private static final int PRECISION_MAX = 38;
    private static final int SCALE_DEFAULT = 18;

    private JdbcTypes() {}

    /// The type of a column of a result, counted from 1.
    static Type of(ResultSetMetaData columns, int column) throws SQLException {
        return of(
                columns.getColumnTypeName(column),
                columns.getPrecision(column),
                columns.getScale(column));
    }

    /// @param name as `pg_type` has it
    /// @param precision of a numeric; 0 if it has none
    public static Type of(String name, int precision, int scale) {
        if (name.startsWith("_")) {
            Type element = element(name.substring(1));
            boolean plain =
                    element != null
                            && switch (element.typeId()) {
                                case BOOLEAN, INTEGER, LONG, FLOAT, DOUBLE, STRING -> true;
                                default -> false;
                            };
            return element == null || !plain
                    ? Types.StringType.get()
                    : Types.ListType.ofOptional(1, element);
        }
        if (name.equals("numeric")) {
            return precision > 0 && precision <= PRECISION_MAX && scale >= 0 && scale <= precision
                    ? Types.DecimalType.of(precision, scale)
                    : Types.DecimalType.of(PRECISION_MAX, SCALE_DEFAULT);
        }
        Type plain = element(name);
        return plain == null ? Types.StringType.get() : plain;
    }

    private static @Nullable Type element(String name) {
        return switch (name) {
            case "bool" -> Types.BooleanType.get();
            case "int2", "int4", "serial", "smallserial" -> Types.IntegerType.get();
            case "int8", "bigserial", "oid" -> Types.LongType.get();
            case "float4" -> Types.FloatType.get();
            case "float8" -> Types.DoubleType.get();
            case "text", "varchar", "bpchar", "name", "uuid", "json", "jsonb" ->
                    Types.StringType.get();
            case "bytea" -> Types.BinaryType.get();
            case "date" -> Types.DateType.get();
            case "time" -> Types.TimeType.get();
            case "timestamp" -> Types.TimestampType.withoutZone();
            case "timestamptz" -> Types.TimestampType.withZone();
            default -> null;
        };
    }

    /// Sets a column of the batch's next row.
    ///
    /// @return why the value does not fit, null if it does
    static @Nullable String set(ResultSet row, int column, Type type, Batch batch)
            throws SQLException {
        int target = column - 1;
        switch (type.typeId()) {
            case BOOLEAN -> {
                boolean value = row.getBoolean(column);
                batch.set(target, row.wasNull() ? null : value);
            }
            case INTEGER -> {
                int value = row.getInt(column);
                batch.set(target, row.wasNull() ? null : value);
            }
            case LONG -> {
                long value = row.getLong(column);
                batch.set(target, row.wasNull() ? null : value);
            }
            case FLOAT -> {
                float value = row.getFloat(column);
                batch.set(target, row.wasNull() ? null : value);
            }
            case DOUBLE -> {
                double value = row.getDouble(column);
                batch.set(target, row.wasNull() ? null : value);
            }
            case DECIMAL -> {
                return setDecimal(row, column, (Types.DecimalType) type, batch);
            }
            case BINARY -> {
                byte[] value = row.getBytes(column);
                batch.set(target, value == null ? null : ByteBuffer.wrap(value));
            }
            case DATE, TIME, TIMESTAMP -> {
                return setTime(row, column, type, batch);
            }
            case LIST -> {
                Array value = row.getArray(column);
                batch.set(target, value == null ? null : list((Object[]) value.getArray()));
            }
            default -> batch.set(target, row.getString(column));
        }
        return null;
    }

    private static @Nullable String setDecimal(
            ResultSet row, int column, Types.DecimalType type, Batch batch) throws SQLException {
        String text = row.getString(column);
        if (text == null) {
            return null;
        }
        BigDecimal value;
        try {
            value = new BigDecimal(text);
        } catch (NumberFormatException e) {
            return "expected %s, found '%s'".formatted(type, text);
        }
        BigDecimal plain = value.stripTrailingZeros();
        if (plain.scale() > type.scale()
                || (long) plain.precision() - plain.scale() > type.precision() - type.scale()) {
            return "expected %s, found '%s'".formatted(type, text);
        }
        batch.set(column - 1, value.setScale(type.scale()));
        return null;
    }

    /// Before year 1 and `infinity` are times to PostgreSQL that no reader of a table knows.
    private static @Nullable String setTime(ResultSet row, int column, Type type, Batch batch)
            throws SQLException {
        Object value =
                switch (type.typeId()) {
                    case DATE -> row.getObject(column, LocalDate.class);
                    case TIME -> row.getObject(column, LocalTime.class);
                    default ->
                            ((Types.TimestampType) type).shouldAdjustToUTC()
                                    ? row.getObject(column, OffsetDateTime.class)
                                    : row.getObject(column, LocalDateTime.class);
                };
        boolean endless =
                LocalDate.MAX.equals(value)
                        || LocalDate.MIN.equals(value)
                        || LocalDateTime.MAX.equals(value)
                        || LocalDateTime.MIN.equals(value)
                        || OffsetDateTime.MAX.equals(value)
                        || OffsetDateTime.MIN.equals(value);
        if (endless) {
            return "expected %s, found '%s'".formatted(type, row.getString(column));
        }
        batch.set(column - 1, value);
        return null;
    }

    private static List<@Nullable Object> list(Object[] values) {
        List<@Nullable Object> list = new ArrayList<>();
        for (Object value : values) {
            list.add(
                    switch (value) {
                        case null -> null;
                        case Short small -> small.intValue();
                        case Number number -> number;
                        case Boolean truth -> truth;
                        default -> value.toString();
                    });
        }
        return list;
    }
}
