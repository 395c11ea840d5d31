package dev.tarn.pipeline.row;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.UUIDUtil;
import org.jspecify.annotations.Nullable;

/// Turns values of Avro's generic data into those of Iceberg's, exactly or not at all.
///
/// | Iceberg | Avro |
/// |---|---|
/// | boolean, string, binary | boolean; string and enum; bytes and fixed |
/// | fixed, uuid | fixed of that length; string, fixed of 16 bytes |
/// | int, long | int, long |
/// | float, double | float; also double, and whole numbers that a double has |
/// | decimal | decimal, int, long, string |
/// | date, time, timestamp | those logical types, in milliseconds or finer; string |
/// | list, map, struct | array, map, record |
///
/// A timestamp of Avro that is an instant becomes its time in UTC.
final class AvroValues {
    private static final long EXACT_IN_DOUBLE_MAX = 1L << 53;

    private final Decoder decoder = new Decoder(Formats.ISO);

    @Nullable Object value(Schema given, @Nullable Object value, Type type) throws Misfit {
        if (value == null) {
            return null;
        }
        Schema schema =
                given.getType() == Schema.Type.UNION
                        ? given.getTypes().get(GenericData.get().resolveUnion(given, value))
                        : given;
        return switch (type.typeId()) {
            case BOOLEAN -> value instanceof Boolean ? value : misfit(type, schema, value);
            case INTEGER -> {
                long number = whole(type, schema, value);
                yield number == (int) number ? (int) number : misfit(type, schema, value);
            }
            case LONG -> whole(type, schema, value);
            case FLOAT ->
                    value instanceof Float
                                    || real(type, schema, value)
                                            == (float) real(type, schema, value)
                            ? ((Number) value).floatValue()
                            : misfit(type, schema, value);
            case DOUBLE -> real(type, schema, value);
            case STRING ->
                    schema.getType() == Schema.Type.STRING || schema.getType() == Schema.Type.ENUM
                            ? value.toString()
                            : misfit(type, schema, value);
            case BINARY -> bytes(type, schema, value);
            case FIXED ->
                    value instanceof GenericFixed fixed
                                    && fixed.bytes().length == ((Types.FixedType) type).length()
                            ? fixed.bytes()
                            : misfit(type, schema, value);
            case UUID -> uuid(type, schema, value);
            case DECIMAL -> decimal((Types.DecimalType) type, schema, value);
            case DATE, TIME, TIMESTAMP ->
                    schema.getType() == Schema.Type.STRING
                            ? decoder.decode(type, value.toString())
                            : temporal(type, schema, value);
            case LIST -> list(type.asListType(), schema, value);
            case MAP -> map(type.asMapType(), schema, value);
            case STRUCT -> struct(type.asStructType(), schema, value);
            default -> misfit(type, schema, value);
        };
    }

    private static Object misfit(Type type, Schema schema, Object value) throws Misfit {
        LogicalType logical = schema.getLogicalType();
        throw new Misfit(
                null,
                "expected %s, found %s '%s'"
                        .formatted(
                                type,
                                logical == null ? schema.getType().getName() : logical.getName(),
                                Misfit.shortened(value.toString())));
    }

    private static long whole(Type type, Schema schema, Object value) throws Misfit {
        // A logical type says that the number is none: a date is not its days.
        if (schema.getLogicalType() == null
                && (value instanceof Integer || value instanceof Long)) {
            return ((Number) value).longValue();
        }
        return (long) misfit(type, schema, value);
    }

    private static double real(Type type, Schema schema, Object value) throws Misfit {
        boolean fits =
                switch (value) {
                    case Float ignored -> true;
                    case Double ignored -> true;
                    case Integer ignored -> true;
                    case Long number -> Math.abs(number) <= EXACT_IN_DOUBLE_MAX;
                    default -> false;
                };
        return fits && schema.getLogicalType() == null
                ? ((Number) value).doubleValue()
                : (double) misfit(type, schema, value);
    }

    private static Object bytes(Type type, Schema schema, Object value) throws Misfit {
        return switch (value) {
            case ByteBuffer buffer when schema.getLogicalType() == null -> buffer;
            case GenericFixed fixed when schema.getLogicalType() == null ->
                    ByteBuffer.wrap(fixed.bytes());
            default -> misfit(type, schema, value);
        };
    }

    private static Object uuid(Type type, Schema schema, Object value) throws Misfit {
        try {
            return switch (value) {
                case CharSequence text -> UUID.fromString(text.toString());
                case GenericFixed fixed when fixed.bytes().length == 16 ->
                        UUIDUtil.convert(fixed.bytes());
                default -> misfit(type, schema, value);
            };
        } catch (IllegalArgumentException e) {
            return misfit(type, schema, value);
        }
    }

    private static Object decimal(Types.DecimalType type, Schema schema, Object value)
            throws Misfit {
        if (schema.getLogicalType() instanceof LogicalTypes.Decimal decimal) {
            byte[] unscaled;
            if (value instanceof GenericFixed fixed) {
                unscaled = fixed.bytes();
            } else {
                ByteBuffer buffer = ((ByteBuffer) value).duplicate();
                unscaled = new byte[buffer.remaining()];
                buffer.get(unscaled);
            }
            if (unscaled.length == 0) {
                return misfit(type, schema, "");
            }
            var number = new BigDecimal(new BigInteger(unscaled), decimal.getScale());
            return Decoder.decimal(type, number, number.toString());
        }
        if (schema.getLogicalType() == null
                && (value instanceof Integer
                        || value instanceof Long
                        || value instanceof CharSequence)) {
            String text = value.toString();
            try {
                return Decoder.decimal(type, new BigDecimal(text), text);
            } catch (NumberFormatException e) {
                return misfit(type, schema, value);
            }
        }
        return misfit(type, schema, value);
    }

    private static Object temporal(Type type, Schema schema, Object value) throws Misfit {
        String logical = schema.getLogicalType() == null ? "" : schema.getLogicalType().getName();
        try {
            return switch (type.typeId()) {
                case DATE ->
                        logical.equals("date")
                                ? LocalDate.ofEpochDay((int) value)
                                : misfit(type, schema, value);
                case TIME ->
                        switch (logical) {
                            case "time-millis" -> LocalTime.ofNanoOfDay((int) value * 1_000_000L);
                            case "time-micros" ->
                                    LocalTime.ofNanoOfDay(Math.multiplyExact((long) value, 1_000L));
                            default -> misfit(type, schema, value);
                        };
                default -> timestamp((Types.TimestampType) type, logical, schema, value);
            };
        } catch (DateTimeException | ArithmeticException e) {
            return misfit(type, schema, value);
        }
    }

    private static Object timestamp(
            Types.TimestampType type, String logical, Schema schema, Object value) throws Misfit {
        long micros =
                switch (logical) {
                    case "timestamp-millis", "local-timestamp-millis" ->
                            Math.multiplyExact((long) value, 1_000L);
                    case "timestamp-micros", "local-timestamp-micros" -> (long) value;
                    case "timestamp-nanos", "local-timestamp-nanos" -> {
                        // Nothing is cut off: what microseconds do not have does not fit.
                        yield (long) value % 1_000 == 0
                                ? (long) value / 1_000
                                : (long) misfit(type, schema, value);
                    }
                    default -> (long) misfit(type, schema, value);
                };
        LocalDateTime time =
                LocalDateTime.ofEpochSecond(
                        Math.floorDiv(micros, 1_000_000L),
                        (int) Math.floorMod(micros, 1_000_000L) * 1_000,
                        ZoneOffset.UTC);
        return type.shouldAdjustToUTC() ? time.atOffset(ZoneOffset.UTC) : time;
    }

    private Object list(Types.ListType type, Schema schema, Object value) throws Misfit {
        if (!(value instanceof List<?> elements)) {
            return misfit(type, schema, value);
        }
        List<@Nullable Object> list = new ArrayList<>(elements.size());
        for (Object element : elements) {
            Object read = value(schema.getElementType(), element, type.elementType());
            if (read == null && type.isElementRequired()) {
                throw new Misfit("element", "expected a value, found null");
            }
            list.add(read);
        }
        return list;
    }

    private Object map(Types.MapType type, Schema schema, Object value) throws Misfit {
        if (!(value instanceof Map<?, ?> entries)
                || type.keyType().typeId() != Type.TypeID.STRING) {
            return misfit(type, schema, value);
        }
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : entries.entrySet()) {
            Object read = value(schema.getValueType(), entry.getValue(), type.valueType());
            if (read == null && type.isValueRequired()) {
                throw new Misfit("value", "expected a value, found null");
            }
            map.put(entry.getKey().toString(), read);
        }
        return map;
    }

    private Object struct(Types.StructType type, Schema schema, Object value) throws Misfit {
        if (!(value instanceof IndexedRecord fields)) {
            return misfit(type, schema, value);
        }
        GenericRecord struct = GenericRecord.create(type);
        for (int i = 0; i < type.fields().size(); i++) {
            Types.NestedField field = type.fields().get(i);
            Schema.Field from = schema.getField(field.name());
            Object read = null;
            if (from != null) {
                try {
                    read = value(from.schema(), fields.get(from.pos()), field.type());
                } catch (Misfit e) {
                    throw e.in(field.name());
                }
            }
            if (read == null && field.isRequired()) {
                throw new Misfit(field.name(), "expected a value, found null");
            }
            struct.set(i, read);
        }
        return struct;
    }
}
