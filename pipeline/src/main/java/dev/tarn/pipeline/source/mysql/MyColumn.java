package dev.tarn.pipeline.source.mysql;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Misfit;
import dev.tarn.pipeline.row.Vector;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Calendar;
import java.util.GregorianCalendar;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TimeZone;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/// A column of a table, and how its values come: from the log as its client gives them, and from a
/// query in the same shape.
///
/// @param kind `DATA_TYPE` of the information schema
/// @param octets length of a `binary` column in bytes, whose zeros at the end the log leaves out; 0
///   for others
/// @param charset of text, as the log has it
/// @param words of an enumeration or a set
record MyColumn(
        String name,
        String kind,
        Type type,
        boolean unsigned,
        int octets,
        Charset charset,
        List<String> words) {

    /// What the client of the log gives for a date that is none, as `0000-00-00`.
    static final long NO_TIME = Long.MIN_VALUE;

    /// What a value of a kind that [#isSpatial] begins with: the number of its reference system.
    private static final int SPATIAL_HEAD_OCTETS = 4;

    private static final Set<String> SPATIAL =
            Set.of(
                    "geometry",
                    "point",
                    "linestring",
                    "polygon",
                    "multipoint",
                    "multilinestring",
                    "multipolygon",
                    "geometrycollection",
                    "geomcollection");

    private static final long DAY_MICROS = 86_400_000_000L;

    /// 15 October 1582.
    private static final long GREGORIAN_MICROS = -12_219_292_800_000_000L;

    /// The log's number for year 0000, which lies before all others it can have.
    private static final int YEAR_ZERO = 1900;

    /// Sets the column of the batch's next row.
    ///
    /// @param value not null
    /// @return whether there is a value: a date that is none has none
    /// @throws Misfit if it does not fit the type
    boolean set(Batch batch, int column, Object value, boolean logged) throws Misfit {
        int row = batch.size();
        switch (type.typeId()) {
            case BOOLEAN -> ((Vector.Ints) batch.vector(column)).set(row, truth(value));
            case INTEGER -> ((Vector.Ints) batch.vector(column)).set(row, number(value, logged));
            case LONG -> ((Vector.Longs) batch.vector(column)).set(row, wide(value));
            case FLOAT ->
                    ((Vector.Floats) batch.vector(column)).set(row, ((Number) value).floatValue());
            case DOUBLE ->
                    ((Vector.Doubles) batch.vector(column))
                            .set(row, ((Number) value).doubleValue());
            case DECIMAL -> batch.set(column, decimal(value));
            case DATE, TIME, TIMESTAMP -> {
                long micros = (Long) value;
                return time(batch, column, logged ? ofThisCalendar(micros) : micros);
            }
            case BINARY -> batch.bytes(column).set(row, binary(value));
            default -> batch.bytes(column).set(row, text(value, logged));
        }
        return true;
    }

    private int truth(Object value) throws Misfit {
        long number =
                value instanceof BitSet bits ? (bits.get(0) ? 1 : 0) : ((Number) value).longValue();
        if (number != 0 && number != 1) {
            throw Misfit.value(name, "0 or 1 (int_type_narrowing = false reads numbers)", number);
        }
        return (int) number;
    }

    private int number(Object value, boolean logged) {
        int number = ((Number) value).intValue();
        if (kind.equals("year")) {
            return logged && number == YEAR_ZERO ? 0 : number;
        }
        if (!unsigned) {
            return number;
        }
        return switch (kind) {
            case "tinyint" -> number & 0xff;
            case "smallint" -> number & 0xffff;
            default -> number & 0xff_ffff;
        };
    }

    private long wide(Object value) {
        long number = ((Number) value).longValue();
        return unsigned && kind.equals("int") ? number & 0xffff_ffffL : number;
    }

    private BigDecimal decimal(Object value) {
        if (value instanceof BigDecimal decimal) {
            return decimal;
        }
        // The log knows no sign: a large one comes as a negative.
        long number = ((Number) value).longValue();
        return new BigDecimal(
                number >= 0
                        ? BigInteger.valueOf(number)
                        : BigInteger.valueOf(number).add(BigInteger.ONE.shiftLeft(Long.SIZE)));
    }

    /// The client of the log takes days before 15 October 1582 for those of the Julian calendar;
    /// the server knows but one calendar.
    private long ofThisCalendar(long micros) {
        if (micros >= GREGORIAN_MICROS || micros == NO_TIME || type.typeId() == Type.TypeID.TIME) {
            return micros;
        }
        var calendar = new GregorianCalendar(TimeZone.getTimeZone("UTC"), Locale.ROOT);
        calendar.setTimeInMillis(Math.floorDiv(micros, 1_000));
        long day =
                LocalDate.of(
                                calendar.get(Calendar.YEAR),
                                calendar.get(Calendar.MONTH) + 1,
                                calendar.get(Calendar.DAY_OF_MONTH))
                        .toEpochDay();
        return day * DAY_MICROS + Math.floorMod(micros, DAY_MICROS);
    }

    private boolean time(Batch batch, int column, long micros) throws Misfit {
        int row = batch.size();
        if (type.typeId() == Type.TypeID.TIME) {
            if (micros < 0 || micros >= DAY_MICROS) {
                throw Misfit.value(name, "a time of a day", micros + " microseconds");
            }
        } else if (micros == NO_TIME) {
            batch.vector(column).setNull(row);
            return false;
        }
        if (type.typeId() == Type.TypeID.DATE) {
            ((Vector.Ints) batch.vector(column)).set(row, (int) Math.floorDiv(micros, DAY_MICROS));
        } else {
            ((Vector.Longs) batch.vector(column)).set(row, micros);
        }
        return true;
    }

    /// Whether values are shapes, which are read as well-known binary.
    static boolean isSpatial(String kind) {
        return SPATIAL.contains(kind);
    }

    private byte[] binary(Object value) throws Misfit {
        if (value instanceof BitSet bits) {
            // Most significant byte first, as a query gives it.
            byte[] low = bits.toByteArray();
            byte[] bytes = new byte[octets];
            for (int i = 0; i < low.length; i++) {
                bytes[octets - 1 - i] = low[i];
            }
            return bytes;
        }
        if (value instanceof float[] numbers) {
            return ofNumbers(numbers);
        }
        byte[] bytes = (byte[]) value;
        if (isSpatial(kind)) {
            if (bytes.length < SPATIAL_HEAD_OCTETS) {
                throw Misfit.value(name, "a shape", bytes.length + " bytes");
            }
            return Arrays.copyOfRange(bytes, SPATIAL_HEAD_OCTETS, bytes.length);
        }
        return bytes.length < octets ? Arrays.copyOf(bytes, octets) : bytes;
    }

    /// As a query gives a vector: four bytes each, the lowest first.
    private static byte[] ofNumbers(float[] numbers) {
        ByteBuffer bytes =
                ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float number : numbers) {
            bytes.putFloat(number);
        }
        return bytes.array();
    }

    private byte[] text(Object value, boolean logged) throws Misfit {
        return switch (kind) {
            case "enum" -> value instanceof Number index ? word(index.intValue()) : (byte[]) value;
            case "set" -> value instanceof Number bits ? words(bits.longValue()) : (byte[]) value;
            case "decimal" -> ((BigDecimal) value).toPlainString().getBytes(StandardCharsets.UTF_8);
            case "json" -> logged ? json((byte[]) value) : (byte[]) value;
            default -> {
                byte[] bytes = (byte[]) value;
                yield !logged || charset.equals(StandardCharsets.UTF_8)
                        ? bytes
                        : new String(bytes, charset).getBytes(StandardCharsets.UTF_8);
            }
        };
    }

    private byte[] word(int index) throws Misfit {
        // 0 is what a value that is none of the words becomes without strict mode.
        if (index == 0) {
            return new byte[0];
        }
        if (index > words.size()) {
            throw Misfit.value(name, "one of %s words".formatted(words.size()), "word " + index);
        }
        return words.get(index - 1).getBytes(StandardCharsets.UTF_8);
    }

    private byte[] words(long bits) {
        var text = new StringBuilder();
        for (int i = 0; i < words.size(); i++) {
            if ((bits & 1L << i) != 0) {
                text.append(text.isEmpty() ? "" : ",").append(words.get(i));
            }
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private byte[] json(byte[] binary) throws Misfit {
        try {
            return MyJson.text(binary).getBytes(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new Misfit(name, "expected JSON, found what cannot be read: " + e.getMessage());
        }
    }

    /// What a query asks for, so that the value is exact and comes in the log's shape.
    String expression() {
        String quoted = MyName.quoted(name);
        return switch (kind) {
            case "date", "datetime", "timestamp", "time" -> "CAST(" + quoted + " AS CHAR)";
            // As text it would have six digits.
            case "float" -> quoted + " + 0e0";
            case "year" -> quoted + " + 0";
            case "json" -> "CAST(" + quoted + " AS CHAR)";
            // A type that the driver does not know.
            case "vector" -> "CAST(" + quoted + " AS BINARY)";
            case "bit" -> type.equals(Types.BooleanType.get()) ? quoted + " + 0" : quoted;
            default -> quoted;
        };
    }
}
