package dev.tarn.pipeline.transform.sql;

import dev.tarn.pipeline.row.Decoder;
import dev.tarn.pipeline.row.Formats;
import dev.tarn.pipeline.row.Misfit;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// Values of one type as another.
final class Casts {
    private static final Pattern SIZES =
            Pattern.compile("\\(\\s*(\\d{1,3})\\s*(?:,\\s*(\\d{1,3})\\s*)?\\)");
    private static final Decoder DECODER = new Decoder(Formats.ISO);

    private Casts() {}

    /// The type of a name of SQL, such as `decimal(10, 2)`; null if there is none.
    static @Nullable Type named(String text) {
        int open = text.indexOf('(');
        String name = (open < 0 ? text : text.substring(0, open)).strip();
        return switch (name.toUpperCase(Locale.ROOT)) {
            case "INT", "INTEGER", "TINYINT", "SMALLINT" -> Types.IntegerType.get();
            case "BIGINT", "LONG" -> Types.LongType.get();
            case "FLOAT", "REAL" -> Types.FloatType.get();
            case "DOUBLE" -> Types.DoubleType.get();
            case "STRING", "VARCHAR", "CHAR", "TEXT" -> Types.StringType.get();
            case "BOOLEAN" -> Types.BooleanType.get();
            case "DATE" -> Types.DateType.get();
            case "TIME" -> Types.TimeType.get();
            case "TIMESTAMP", "DATETIME" -> Types.TimestampType.withoutZone();
            case "BYTES", "BINARY" -> Types.BinaryType.get();
            case "DECIMAL", "NUMERIC" -> decimal(text);
            default -> null;
        };
    }

    private static @Nullable Type decimal(String text) {
        Matcher sizes = SIZES.matcher(text);
        if (!sizes.find()) {
            return text.contains("(") ? null : Types.DecimalType.of(38, 18);
        }
        int precision = Integer.parseInt(sizes.group(1));
        int scale = sizes.group(2) == null ? 0 : Integer.parseInt(sizes.group(2));
        return precision >= 1 && precision <= 38 && scale <= precision
                ? Types.DecimalType.of(precision, scale)
                : null;
    }

    /// Whether values of one type can be another.
    static boolean fits(Type from, Type to) {
        if (from.equals(to) || from.typeId() == Type.TypeID.STRING) {
            return to.isPrimitiveType();
        }
        return switch (to.typeId()) {
            case STRING -> from.isPrimitiveType();
            case INTEGER, LONG, FLOAT, DOUBLE, DECIMAL ->
                    Numbers.isNumber(from) || from.typeId() == Type.TypeID.BOOLEAN;
            case BOOLEAN -> Numbers.isNumber(from);
            case DATE, TIME, TIMESTAMP ->
                    from.typeId() == Type.TypeID.DATE || from.typeId() == Type.TypeID.TIMESTAMP;
            default -> false;
        };
    }

    /// @throws IllegalArgumentException if the value is no such value
    static @Nullable Object cast(@Nullable Object value, Type to) {
        if (value == null) {
            return null;
        }
        return switch (value) {
            case String text -> ofText(text, to);
            case Boolean truth -> ofTruth(truth, to);
            case Number number ->
                    switch (to.typeId()) {
                        case STRING -> text(number);
                        case BOOLEAN -> Numbers.exact(number).signum() != 0;
                        default -> Numbers.as(number, to);
                    };
            case LocalDate date ->
                    switch (to.typeId()) {
                        case STRING -> date.toString();
                        case TIMESTAMP -> stamped(date.atStartOfDay(), to);
                        default -> date;
                    };
            case LocalDateTime time -> ofTime(time, to);
            case OffsetDateTime time ->
                    to.typeId() == Type.TypeID.STRING
                            ? time.toString()
                            : ofTime(
                                    time.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime(),
                                    to);
            case ByteBuffer bytes ->
                    to.typeId() == Type.TypeID.STRING
                            ? StandardCharsets.UTF_8.decode(bytes.duplicate()).toString()
                            : bytes;
            default -> to.typeId() == Type.TypeID.STRING ? value.toString() : value;
        };
    }

    static String text(Object value) {
        return switch (value) {
            case BigDecimal number -> number.toPlainString();
            case LocalDateTime time -> time.toString().replace('T', ' ');
            default -> value.toString();
        };
    }

    private static Object ofText(String text, Type to) {
        try {
            Object value =
                    to.typeId() == Type.TypeID.BINARY
                            ? ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))
                            : DECODER.decode(to, text);
            return value instanceof LocalDateTime time ? stamped(time, to) : value;
        } catch (Misfit e) {
            throw new IllegalArgumentException(e.reason(), e);
        }
    }

    private static Object ofTruth(boolean truth, Type to) {
        return switch (to.typeId()) {
            case STRING -> Boolean.toString(truth);
            case BOOLEAN -> truth;
            default -> {
                Object number = Numbers.as(truth ? 1 : 0, to);
                yield number == null ? 0 : number;
            }
        };
    }

    private static Object ofTime(LocalDateTime time, Type to) {
        return switch (to.typeId()) {
            case STRING -> text(time);
            case DATE -> time.toLocalDate();
            case TIME -> time.toLocalTime();
            default -> stamped(time, to);
        };
    }

    private static Object stamped(LocalDateTime time, Type to) {
        return to instanceof Types.TimestampType type && type.shouldAdjustToUTC()
                ? time.atOffset(ZoneOffset.UTC)
                : time;
    }
}
