package dev.tarn.pipeline.source.mysql;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.util.DateTimeUtil;
import org.jspecify.annotations.Nullable;

/// Values of a query that asked for each column by its [MyColumn#expression].
final class MyValues {
    private static final long DAY_MICROS = 86_400_000_000L;

    private MyValues() {}

    /// The value of a column, counted from 1, in the shape [MyColumn] takes.
    static @Nullable Object read(ResultSet row, int column, MyColumn as) throws SQLException {
        return switch (as.type().typeId()) {
            case BOOLEAN, INTEGER, LONG -> {
                long value = row.getLong(column);
                yield row.wasNull() ? null : value;
            }
            case FLOAT, DOUBLE -> {
                double value = row.getDouble(column);
                yield row.wasNull() ? null : value;
            }
            case DECIMAL -> row.getBigDecimal(column);
            case DATE, TIME, TIMESTAMP -> {
                String text = row.getString(column);
                yield text == null ? null : micros(as, text);
            }
            default -> {
                if (as.kind().equals("decimal")) {
                    yield row.getBigDecimal(column);
                }
                byte[] value = row.getBytes(column);
                yield value;
            }
        };
    }

    private static long micros(MyColumn as, String text) throws SQLException {
        try {
            return switch (as.type().typeId()) {
                case DATE -> DateTimeUtil.daysFromDate(LocalDate.parse(text)) * DAY_MICROS;
                case TIME ->
                        text.startsWith("-") || text.indexOf(':') > 2
                                ? outOfDay(text)
                                : DateTimeUtil.microsFromTime(LocalTime.parse(text));
                default ->
                        DateTimeUtil.microsFromTimestamp(
                                LocalDateTime.parse(text.replace(' ', 'T')));
            };
        } catch (DateTimeException e) {
            if (as.type().typeId() == TypeID.TIME) {
                return outOfDay(text);
            }
            // Zero in the year, the month or the day.
            return MyColumn.NO_TIME;
        }
    }

    /// `[-]hhh:mm:ss[.ffffff]`, which is longer than a day or negative.
    private static long outOfDay(String text) throws SQLException {
        boolean negative = text.startsWith("-");
        String[] parts = text.substring(negative ? 1 : 0).split("[:.]");
        if (parts.length < 3) {
            throw new SQLException("expected a time, found '%s'".formatted(text));
        }
        long seconds =
                Long.parseLong(parts[0]) * 3_600
                        + Long.parseLong(parts[1]) * 60
                        + Long.parseLong(parts[2]);
        long micros =
                seconds * 1_000_000
                        + (parts.length < 4
                                ? 0
                                : Long.parseLong((parts[3] + "000000").substring(0, 6)));
        return negative ? -micros : micros;
    }

    /// Bytes it takes, about.
    static int size(@Nullable Object value) {
        return value == null ? 0 : value instanceof byte[] bytes ? bytes.length : Long.BYTES;
    }
}
