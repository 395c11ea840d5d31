package dev.tarn.pipeline.source.postgres;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Misfit;
import dev.tarn.pipeline.row.Vector;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types;

/// Values as PostgreSQL sends them in binary (the `..._send` functions of PostgreSQL 14's sources),
/// where [#expressions] asks for them. What is not plain, as `infinity`, a date before year 1 or a
/// number that may not fit, is written as text and read as that, so that it is the same, or refused
/// with the same words.
final class PgBinary implements PgForm {
    private static final VarHandle SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /// Whose binary form is their text.
    private static final Set<String> TEXTS =
            Set.of("text", "varchar", "bpchar", "name", "json", "unknown");

    /// Whose cast to text is how they are written; others, as `inet`, have a cast of their own.
    private static final Set<String> CASTS = Set.of("uuid", "jsonb", "interval", "timetz");

    private static final long DAY_MICROS = 86_400_000_000L;

    /// 1 January 2000, where its days and microseconds begin.
    private static final int EPOCH_DAYS = 10_957;

    private static final int DAYS_MIN = (int) LocalDate.of(1, 1, 1).toEpochDay();
    private static final int DAYS_MAX = (int) LocalDate.of(9999, 12, 31).toEpochDay();

    private static final int NUMERIC_HEAD = 8;
    private static final int NUMERIC_NEGATIVE = 0x4000;
    private static final int GROUP_DIGITS = 4;

    /// Longest decimal that is kept as a long.
    private static final int LONG_DIGITS = 18;

    private static final long[] POWERS = new long[LONG_DIGITS + 1];

    static {
        POWERS[0] = 1;
        for (int i = 1; i < POWERS.length; i++) {
            POWERS[i] = POWERS[i - 1] * 10;
        }
    }

    private final Schema schema;
    private final PgText text;
    private final Type[] types;
    private final TypeID[] kinds;

    PgBinary(Schema schema, PgText text) {
        this.schema = schema;
        this.text = text;
        this.types = schema.columns().stream().map(Types.NestedField::type).toArray(Type[]::new);
        this.kinds = Arrays.stream(types).map(Type::typeId).toArray(TypeID[]::new);
    }

    /// What a query asks for.
    ///
    /// @param typeNames by the columns' numbers, as `pg_type` has them
    String expressions(Map<Integer, String> typeNames) {
        return schema.columns().stream()
                .map(column ->
                        expression(
                                PgName.quoted(column.name()),
                                column.type(),
                                typeNames.getOrDefault(column.fieldId(), "")))
                .collect(Collectors.joining(", "));
    }

    private static String expression(String column, Type type, String name) {
        return switch (type.typeId()) {
            case BOOLEAN, BINARY, DATE, TIME, TIMESTAMP, DECIMAL -> column;
            case INTEGER -> column + "::int4";
            case LONG -> column + "::int8";
            case FLOAT -> column + "::float4";
            case DOUBLE -> column + "::float8";
            default -> {
                if (TEXTS.contains(name)) {
                    yield column;
                }
                boolean casts = CASTS.contains(name) || name.startsWith("_");
                yield casts
                        ? column + "::text"
                        : "CASE WHEN %s IS NOT NULL THEN format('%%s', %s) END"
                                .formatted(column, column);
            }
        };
    }

    @Override
    public void set(Batch batch, int column, byte[] bytes, int from, int end) throws Misfit {
        Vector vector = batch.vector(column);
        int row = batch.size();
        boolean isSet =
                switch (kinds[column]) {
                    case BOOLEAN -> set((Vector.Ints) vector, row, bytes[from]);
                    case INTEGER -> set((Vector.Ints) vector, row, (int) INT.get(bytes, from));
                    case LONG -> set((Vector.Longs) vector, row, (long) LONG.get(bytes, from));
                    case FLOAT ->
                            set(
                                    (Vector.Floats) vector,
                                    row,
                                    Float.intBitsToFloat((int) INT.get(bytes, from)));
                    case DOUBLE ->
                            set(
                                    (Vector.Doubles) vector,
                                    row,
                                    Double.longBitsToDouble((long) LONG.get(bytes, from)));
                    case BINARY -> {
                        ((Vector.Bytes) vector).set(row, bytes, from, end - from);
                        yield true;
                    }
                    case DATE -> setDate((Vector.Ints) vector, row, (int) INT.get(bytes, from));
                    case TIME -> setTime((Vector.Longs) vector, row, (long) LONG.get(bytes, from));
                    case TIMESTAMP ->
                            setTimestamp((Vector.Longs) vector, row, (long) LONG.get(bytes, from));
                    case DECIMAL ->
                            vector instanceof Vector.Longs longs
                                    && setDecimal(
                                            longs,
                                            row,
                                            (Types.DecimalType) types[column],
                                            bytes,
                                            from,
                                            end);
                    default -> {
                        text.set(batch, column, bytes, from, end);
                        yield true;
                    }
                };
        if (!isSet) {
            byte[] written = text(column, bytes, from, end).getBytes(StandardCharsets.UTF_8);
            text.set(batch, column, written, 0, written.length);
        }
    }

    private static boolean set(Vector.Ints vector, int row, int value) {
        vector.set(row, value);
        return true;
    }

    private static boolean set(Vector.Longs vector, int row, long value) {
        vector.set(row, value);
        return true;
    }

    private static boolean set(Vector.Floats vector, int row, float value) {
        vector.set(row, value);
        return Float.isFinite(value);
    }

    private static boolean set(Vector.Doubles vector, int row, double value) {
        vector.set(row, value);
        return Double.isFinite(value);
    }

    private static boolean setDate(Vector.Ints vector, int row, int days) {
        boolean plain = days >= DAYS_MIN - EPOCH_DAYS && days <= DAYS_MAX - EPOCH_DAYS;
        return plain && set(vector, row, days + EPOCH_DAYS);
    }

    private static boolean setTime(Vector.Longs vector, int row, long micros) {
        return micros < DAY_MICROS && set(vector, row, micros);
    }

    private static boolean setTimestamp(Vector.Longs vector, int row, long micros) {
        boolean plain =
                micros >= (DAYS_MIN - EPOCH_DAYS) * DAY_MICROS
                        && micros < (DAYS_MAX + 1L - EPOCH_DAYS) * DAY_MICROS;
        return plain && set(vector, row, micros + EPOCH_DAYS * DAY_MICROS);
    }

    /// `int16` each: how many groups of four digits, the power of 10,000 of the first, the sign,
    /// how many decimals are shown; then the groups.
    private static boolean setDecimal(
            Vector.Longs vector, int row, Types.DecimalType type, byte[] bytes, int from, int end) {
        int groups = (short) SHORT.get(bytes, from);
        int weight = (short) SHORT.get(bytes, from + 2);
        int sign = (short) SHORT.get(bytes, from + 4) & 0xffff;
        boolean fits = (weight + 1) * GROUP_DIGITS + type.scale() <= LONG_DIGITS;
        if (!fits || (sign & ~NUMERIC_NEGATIVE) != 0 || from + NUMERIC_HEAD + 2 * groups != end) {
            return false;
        }
        long unscaled = 0;
        for (int i = 0; i < groups; i++) {
            int group = (short) SHORT.get(bytes, from + NUMERIC_HEAD + 2 * i);
            int power = (weight - i) * GROUP_DIGITS + type.scale();
            if (power >= 0) {
                unscaled += group * POWERS[power];
            } else if (power > -GROUP_DIGITS && group % POWERS[-power] == 0) {
                unscaled += group / POWERS[-power];
            } else {
                return false;
            }
        }
        if (unscaled >= POWERS[type.precision()]) {
            return false;
        }
        return set(vector, row, sign == 0 ? unscaled : -unscaled);
    }

    @Override
    public String text(int column, byte[] bytes, int from, int end) {
        return switch (kinds[column]) {
            case BOOLEAN -> bytes[from] == 0 ? "f" : "t";
            case INTEGER -> Integer.toString((int) INT.get(bytes, from));
            case LONG -> Long.toString((long) LONG.get(bytes, from));
            case FLOAT -> real(Float.toString(Float.intBitsToFloat((int) INT.get(bytes, from))));
            case DOUBLE ->
                    real(Double.toString(Double.longBitsToDouble((long) LONG.get(bytes, from))));
            case BINARY -> "\\x" + HexFormat.of().formatHex(bytes, from, end);
            case DATE -> {
                int days = (int) INT.get(bytes, from);
                yield switch (days) {
                    case Integer.MIN_VALUE -> "-infinity";
                    case Integer.MAX_VALUE -> "infinity";
                    default -> moment(days, "");
                };
            }
            case TIME -> time((long) LONG.get(bytes, from));
            case TIMESTAMP -> {
                boolean zoned = ((Types.TimestampType) types[column]).shouldAdjustToUTC();
                yield timestamp((long) LONG.get(bytes, from), zoned ? "+00" : "");
            }
            case DECIMAL -> decimal(bytes, from);
            default -> new String(bytes, from, end - from, StandardCharsets.UTF_8);
        };
    }

    private static String real(String java) {
        return java.endsWith(".0") ? java.substring(0, java.length() - 2) : java;
    }

    private static String timestamp(long micros, String zone) {
        if (micros == Long.MIN_VALUE || micros == Long.MAX_VALUE) {
            return micros < 0 ? "-infinity" : "infinity";
        }
        String time = time(Math.floorMod(micros, DAY_MICROS));
        return moment(Math.floorDiv(micros, DAY_MICROS), " " + time + zone);
    }

    /// @param days since the year 2000
    /// @param time what stands behind the day
    private static String moment(long days, String time) {
        LocalDate day = LocalDate.ofEpochDay(days + EPOCH_DAYS);
        // There is no year 0.
        boolean before = day.getYear() <= 0;
        return "%04d-%02d-%02d%s%s"
                .formatted(
                        before ? 1 - day.getYear() : day.getYear(),
                        day.getMonthValue(),
                        day.getDayOfMonth(),
                        time,
                        before ? " BC" : "");
    }

    /// @param micros up to a whole day, which is 24:00:00
    private static String time(long micros) {
        long seconds = micros / 1_000_000;
        String text = "%02d:%02d:%02d".formatted(seconds / 3_600, seconds / 60 % 60, seconds % 60);
        long rest = micros % 1_000_000;
        return rest == 0 ? text : text + ".%06d".formatted(rest).replaceFirst("0+$", "");
    }

    private static String decimal(byte[] bytes, int from) {
        int sign = (short) SHORT.get(bytes, from + 4) & 0xffff;
        switch (sign) {
            case 0xc000 -> {
                return "NaN";
            }
            case 0xd000 -> {
                return "Infinity";
            }
            case 0xf000 -> {
                return "-Infinity";
            }
            default -> {}
        }
        int groups = (short) SHORT.get(bytes, from);
        int weight = (short) SHORT.get(bytes, from + 2);
        int decimals = (short) SHORT.get(bytes, from + 6);
        BigInteger digits = BigInteger.ZERO;
        BigInteger base = BigInteger.valueOf(10_000);
        for (int i = 0; i < groups; i++) {
            int group = (short) SHORT.get(bytes, from + NUMERIC_HEAD + 2 * i);
            digits = digits.multiply(base).add(BigInteger.valueOf(group));
        }
        String plain =
                new BigDecimal(digits)
                        .scaleByPowerOfTen((weight - groups + 1) * GROUP_DIGITS)
                        .setScale(decimals, RoundingMode.UNNECESSARY)
                        .toPlainString();
        return sign == NUMERIC_NEGATIVE ? "-" + plain : plain;
    }
}
