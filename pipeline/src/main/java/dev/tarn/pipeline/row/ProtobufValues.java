package dev.tarn.pipeline.row;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.UUIDUtil;
import org.jspecify.annotations.Nullable;

/// Turns values of Protocol Buffers into those of Iceberg, exactly or not at all.
///
/// | Iceberg | Protocol Buffers |
/// |---|---|
/// | boolean, binary | bool; bytes |
/// | string | string; an enum's word |
/// | fixed, uuid | bytes of that length; string |
/// | int, long | whole numbers; an enum's number |
/// | float, double | float; also double, and whole numbers that a double has |
/// | decimal | whole numbers, string |
/// | timestamp | `google.protobuf.Timestamp`, string |
/// | date, time | string |
/// | list, map, struct | repeated field, map, message |
///
/// A field that knows whether it is set (`optional`, of a `oneof`, a message, any of proto2) is
/// null where it is not; any other has its zero then. The wrappers of `google.protobuf`
/// (`Int32Value`, ...) are what they wrap.
final class ProtobufValues {
    private static final long EXACT_IN_DOUBLE_MAX = 1L << 53;
    private static final int NANOS_MAX = 999_999_999;
    private static final int UUID_BYTES = 16;
    private static final String GOOGLE = "google.protobuf.";
    private static final String TIMESTAMP = GOOGLE + "Timestamp";

    private final Decoder decoder = new Decoder(Formats.ISO);

    /// @throws Misfit if the field's value is none of the type, with the field's name
    @Nullable Object value(Message message, FieldDescriptor field, Type type) throws Misfit {
        try {
            if (field.isMapField()) {
                return map((List<?>) message.getField(field), field, type);
            }
            if (field.isRepeated()) {
                return list((List<?>) message.getField(field), field, type);
            }
            return field.hasPresence() && !message.hasField(field)
                    ? null
                    : single(field, message.getField(field), type);
        } catch (Misfit e) {
            throw e.in(field.getName());
        }
    }

    private Object single(FieldDescriptor field, Object value, Type type) throws Misfit {
        if (value instanceof Message message && isWrapper(message.getDescriptorForType())) {
            FieldDescriptor wrapped = message.getDescriptorForType().findFieldByName("value");
            return single(wrapped, message.getField(wrapped), type);
        }
        return switch (type.typeId()) {
            case BOOLEAN -> value instanceof Boolean ? value : misfit(type, field, value);
            case INTEGER -> {
                long number = whole(type, field, value);
                yield number == (int) number ? (int) number : misfit(type, field, value);
            }
            case LONG -> whole(type, field, value);
            case FLOAT -> {
                double number = real(type, field, value);
                yield value instanceof Float || number == (float) number || Double.isNaN(number)
                        ? (float) number
                        : misfit(type, field, value);
            }
            case DOUBLE -> real(type, field, value);
            case STRING ->
                    switch (value) {
                        case String text -> text;
                        case EnumValueDescriptor word when word.getIndex() >= 0 -> word.getName();
                        default -> misfit(type, field, value);
                    };
            case BINARY ->
                    value instanceof ByteString bytes
                            ? ByteBuffer.wrap(bytes.toByteArray())
                            : misfit(type, field, value);
            case FIXED ->
                    value instanceof ByteString bytes
                                    && bytes.size() == ((Types.FixedType) type).length()
                            ? bytes.toByteArray()
                            : misfit(type, field, value);
            case UUID -> uuid(type, field, value);
            case DECIMAL -> decimal((Types.DecimalType) type, field, value);
            case DATE, TIME ->
                    value instanceof String text
                            ? decoder.decode(type, text)
                            : misfit(type, field, value);
            case TIMESTAMP ->
                    value instanceof String text
                            ? decoder.decode(type, text)
                            : timestamp((Types.TimestampType) type, field, value);
            case STRUCT ->
                    value instanceof Message message
                            ? struct(type.asStructType(), message)
                            : misfit(type, field, value);
            default -> misfit(type, field, value);
        };
    }

    private static boolean isWrapper(Descriptor type) {
        return type.getFullName().startsWith(GOOGLE)
                && type.getName().endsWith("Value")
                && type.getFields().size() == 1
                && type.findFieldByName("value") != null;
    }

    private static Object misfit(Type type, FieldDescriptor field, Object value) throws Misfit {
        String found =
                field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                        ? field.getMessageType().getFullName()
                        : field.getType().name().toLowerCase(java.util.Locale.ROOT);
        throw new Misfit(
                null,
                "expected %s, found %s '%s'"
                        .formatted(type, found, Misfit.shortened(value.toString().strip())));
    }

    private static long whole(Type type, FieldDescriptor field, Object value) throws Misfit {
        return switch (field.getType()) {
            case INT32, SINT32, SFIXED32 -> (int) value;
            case UINT32, FIXED32 -> Integer.toUnsignedLong((int) value);
            case INT64, SINT64, SFIXED64 -> (long) value;
            case UINT64, FIXED64 ->
                    (long) value >= 0 ? (long) value : (long) misfit(type, field, unsigned(value));
            case ENUM -> ((EnumValueDescriptor) value).getNumber();
            default -> (long) misfit(type, field, value);
        };
    }

    private static String unsigned(Object value) {
        return Long.toUnsignedString((long) value);
    }

    private static double real(Type type, FieldDescriptor field, Object value) throws Misfit {
        if (value instanceof Float || value instanceof Double) {
            return ((Number) value).doubleValue();
        }
        long number =
                value instanceof EnumValueDescriptor
                        ? (long) misfit(type, field, value)
                        : whole(type, field, value);
        return Math.abs(number) <= EXACT_IN_DOUBLE_MAX
                ? number
                : (double) misfit(type, field, value);
    }

    private static Object uuid(Type type, FieldDescriptor field, Object value) throws Misfit {
        try {
            return switch (value) {
                case String text -> UUID.fromString(text);
                case ByteString bytes when bytes.size() == UUID_BYTES ->
                        UUIDUtil.convert(bytes.toByteArray());
                default -> misfit(type, field, value);
            };
        } catch (IllegalArgumentException e) {
            return misfit(type, field, value);
        }
    }

    private static Object decimal(Types.DecimalType type, FieldDescriptor field, Object value)
            throws Misfit {
        boolean large =
                field.getType() == FieldDescriptor.Type.UINT64
                        || field.getType() == FieldDescriptor.Type.FIXED64;
        String text =
                value instanceof String given
                        ? given
                        : large
                                ? new BigInteger(unsigned(value)).toString()
                                : Long.toString(whole(type, field, value));
        try {
            return Decoder.decimal(type, new BigDecimal(text), text);
        } catch (NumberFormatException e) {
            return misfit(type, field, value);
        }
    }

    private static Object timestamp(Types.TimestampType type, FieldDescriptor field, Object value)
            throws Misfit {
        if (!(value instanceof Message message)
                || !message.getDescriptorForType().getFullName().equals(TIMESTAMP)) {
            return misfit(type, field, value);
        }
        Descriptor fields = message.getDescriptorForType();
        long seconds = (long) message.getField(fields.findFieldByName("seconds"));
        int nanos = (int) message.getField(fields.findFieldByName("nanos"));
        // Nothing is cut off: what microseconds do not have does not fit.
        if (nanos < 0 || nanos > NANOS_MAX || nanos % 1_000 != 0) {
            return misfit(type, field, value);
        }
        try {
            LocalDateTime time = LocalDateTime.ofEpochSecond(seconds, nanos, ZoneOffset.UTC);
            return type.shouldAdjustToUTC() ? time.atOffset(ZoneOffset.UTC) : time;
        } catch (DateTimeException e) {
            return misfit(type, field, value);
        }
    }

    private Object list(List<?> elements, FieldDescriptor field, Type type) throws Misfit {
        if (!type.isListType()) {
            return misfit(type, field, elements);
        }
        List<Object> list = new ArrayList<>(elements.size());
        for (Object element : elements) {
            list.add(single(field, element, type.asListType().elementType()));
        }
        return list;
    }

    private Object map(List<?> entries, FieldDescriptor field, Type type) throws Misfit {
        if (!type.isMapType()) {
            return misfit(type, field, entries);
        }
        FieldDescriptor key = field.getMessageType().findFieldByName("key");
        FieldDescriptor value = field.getMessageType().findFieldByName("value");
        Map<Object, Object> map = new LinkedHashMap<>();
        for (Object entry : entries) {
            var pair = (Message) entry;
            map.put(
                    single(key, pair.getField(key), type.asMapType().keyType()),
                    single(value, pair.getField(value), type.asMapType().valueType()));
        }
        return map;
    }

    private Object struct(Types.StructType type, Message message) throws Misfit {
        GenericRecord struct = GenericRecord.create(type);
        for (int i = 0; i < type.fields().size(); i++) {
            Types.NestedField inner = type.fields().get(i);
            FieldDescriptor from = message.getDescriptorForType().findFieldByName(inner.name());
            Object read = from == null ? null : value(message, from, inner.type());
            if (read == null && inner.isRequired()) {
                throw new Misfit(inner.name(), "expected a value, found null");
            }
            struct.set(i, read);
        }
        return struct;
    }
}
