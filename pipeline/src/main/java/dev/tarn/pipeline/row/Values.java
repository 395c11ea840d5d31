package dev.tarn.pipeline.row;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.DateTimeUtil;
import org.apache.iceberg.util.UUIDUtil;
import org.jspecify.annotations.Nullable;

/// Single values on their way into vectors and out of them, for what is not worth a loop of its
/// own.
final class Values {
    private Values() {}

    /// Sets a value of Iceberg's generic data (`LocalDateTime`, `BigDecimal`, ...).
    static void set(Vector vector, Type type, int row, @Nullable Object value) {
        if (value == null) {
            vector.setNull(row);
            return;
        }
        switch (vector) {
            case Vector.Ints ints -> ints.set(row, number(type, value));
            case Vector.Longs longs -> longs.set(row, longOf(type, value));
            case Vector.Floats floats -> floats.set(row, ((Number) value).floatValue());
            case Vector.Doubles doubles -> doubles.set(row, ((Number) value).doubleValue());
            case Vector.Bytes bytes -> setBytes(bytes, type, row, value);
            case Vector.Objects objects -> objects.set(row, value);
        }
    }

    private static int number(Type type, Object value) {
        return switch (type.typeId()) {
            case BOOLEAN -> (boolean) value ? 1 : 0;
            case DATE -> DateTimeUtil.daysFromDate((LocalDate) value);
            default -> ((Number) value).intValue();
        };
    }

    private static long longOf(Type type, Object value) {
        return switch (type.typeId()) {
            case TIME -> DateTimeUtil.microsFromTime((LocalTime) value);
            case TIMESTAMP ->
                    value instanceof OffsetDateTime zoned
                            ? DateTimeUtil.microsFromTimestamptz(zoned)
                            : DateTimeUtil.microsFromTimestamp((LocalDateTime) value);
            case TIMESTAMP_NANO ->
                    value instanceof OffsetDateTime zoned
                            ? DateTimeUtil.nanosFromTimestamptz(zoned)
                            : DateTimeUtil.nanosFromTimestamp((LocalDateTime) value);
            case DECIMAL -> scaled(type, value).longValueExact();
            default -> ((Number) value).longValue();
        };
    }

    private static BigInteger scaled(Type type, Object value) {
        return ((BigDecimal) value).setScale(((Types.DecimalType) type).scale()).unscaledValue();
    }

    private static void setBytes(Vector.Bytes bytes, Type type, int row, Object value) {
        switch (value) {
            case CharSequence text ->
                    bytes.set(row, text.toString().getBytes(StandardCharsets.UTF_8));
            case ByteBuffer buffer -> {
                byte[] copy = new byte[buffer.remaining()];
                buffer.duplicate().get(copy);
                bytes.set(row, copy);
            }
            case byte[] array -> bytes.set(row, array);
            case UUID uuid -> bytes.set(row, UUIDUtil.convert(uuid));
            default -> bytes.set(row, scaled(type, value).toByteArray());
        }
    }

    /// The value as in Iceberg's generic data; null if there is none.
    static @Nullable Object generic(Vector vector, Type type, int row) {
        Object internal = internal(vector, type, row);
        if (internal == null) {
            return null;
        }
        return switch (type.typeId()) {
            case DATE -> DateTimeUtil.dateFromDays((int) internal);
            case TIME -> DateTimeUtil.timeFromMicros((long) internal);
            case TIMESTAMP ->
                    ((Types.TimestampType) type).shouldAdjustToUTC()
                            ? DateTimeUtil.timestamptzFromMicros((long) internal)
                            : DateTimeUtil.timestampFromMicros((long) internal);
            case TIMESTAMP_NANO ->
                    ((Types.TimestampNanoType) type).shouldAdjustToUTC()
                            ? DateTimeUtil.timestamptzFromNanos((long) internal)
                            : DateTimeUtil.timestampFromNanos((long) internal);
            case FIXED -> ((ByteBuffer) internal).array();
            default -> internal;
        };
    }

    /// The value as Iceberg's transforms take it (microseconds, `ByteBuffer`); null if there is
    /// none.
    static @Nullable Object internal(Vector vector, Type type, int row) {
        if (vector.isNull(row)) {
            return null;
        }
        return switch (vector) {
            case Vector.Ints ints ->
                    type.typeId() == Type.TypeID.BOOLEAN
                            ? (Object) (ints.get(row) != 0)
                            : (Object) ints.get(row);
            case Vector.Longs longs ->
                    type.typeId() == Type.TypeID.DECIMAL
                            ? BigDecimal.valueOf(longs.get(row), ((Types.DecimalType) type).scale())
                            : (Object) longs.get(row);
            case Vector.Floats floats -> floats.get(row);
            case Vector.Doubles doubles -> doubles.get(row);
            case Vector.Bytes bytes -> bytes(bytes, type, row);
            case Vector.Objects objects -> objects.get(row);
        };
    }

    private static Object bytes(Vector.Bytes bytes, Type type, int row) {
        return switch (type.typeId()) {
            case STRING ->
                    new String(
                            bytes.array(),
                            bytes.start(row),
                            bytes.length(row),
                            StandardCharsets.UTF_8);
            case UUID -> UUIDUtil.convert(bytes.get(row));
            case DECIMAL ->
                    new BigDecimal(
                            new BigInteger(bytes.array(), bytes.start(row), bytes.length(row)),
                            ((Types.DecimalType) type).scale());
            default -> ByteBuffer.wrap(bytes.get(row));
        };
    }
}
