package dev.tarn.pipeline.row;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/// Reads values in their plain forms from bytes into a batch, with no object in between.
///
/// What is not plain (a sign or a blank too many, more digits than fit, a pattern of one's own) is
/// left to [Decoder], which knows all forms and says what is wrong. So this class may refuse
/// anything, and must never read a text as another value than the decoder does.
public final class PlainText {
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long SIGN_BITS = 0x8080808080808080L;

    private static final int DATE_LENGTH = 10;

    /// What is no day.
    private static final long NO_DAY = Long.MIN_VALUE;

    /// Whole numbers below it are doubles exactly.
    private static final long EXACT_MAX = 1L << 53;

    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final int[] MONTH_DAYS = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    private static final long[] LONG_POWERS = new long[Digits.LONG_MAX + 1];
    private static final double[] DOUBLE_POWERS = new double[23];

    static {
        LONG_POWERS[0] = 1;
        for (int i = 1; i < LONG_POWERS.length; i++) {
            LONG_POWERS[i] = LONG_POWERS[i - 1] * 10;
        }
        DOUBLE_POWERS[0] = 1;
        for (int i = 1; i < DOUBLE_POWERS.length; i++) {
            // Powers of ten are doubles exactly up to the 22nd.
            DOUBLE_POWERS[i] = DOUBLE_POWERS[i - 1] * 10;
        }
    }

    private final Type[] types;
    private final boolean plainDates;
    private final boolean plainTimestamps;

    public PlainText(Schema schema, Formats formats) {
        this.types = schema.columns().stream().map(Types.NestedField::type).toArray(Type[]::new);
        this.plainDates = formats.date() == null;
        this.plainTimestamps = formats.datetime() == null;
    }

    /// Sets the column of the batch's next row to what the bytes say, or tells that it cannot.
    public boolean set(Batch batch, int column, byte[] bytes, int from, int end) {
        Vector vector = batch.vector(column);
        int row = batch.size();
        Type type = types[column];
        return switch (type.typeId()) {
            case STRING -> setText((Vector.Bytes) vector, row, bytes, from, end);
            case BOOLEAN -> setTruth((Vector.Ints) vector, row, bytes, from, end);
            case INTEGER -> setInt((Vector.Ints) vector, row, bytes, from, end);
            case LONG -> setLong((Vector.Longs) vector, row, bytes, from, end);
            case FLOAT, DOUBLE -> setReal(vector, row, bytes, from, end);
            case DECIMAL -> setDecimal(vector, (Types.DecimalType) type, row, bytes, from, end);
            case DATE -> plainDates && setDate((Vector.Ints) vector, row, bytes, from, end);
            case TIMESTAMP ->
                    plainTimestamps
                            && !((Types.TimestampType) type).shouldAdjustToUTC()
                            && setTimestamp((Vector.Longs) vector, row, bytes, from, end);
            default -> false;
        };
    }

    private static boolean setText(Vector.Bytes vector, int row, byte[] bytes, int from, int end) {
        if (!isUtf8(bytes, from, end)) {
            return false;
        }
        vector.set(row, bytes, from, end - from);
        return true;
    }

    /// Whether the bytes are well-formed UTF-8 (Unicode 16, table 3-7).
    public static boolean isUtf8(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end) {
            if (at + Long.BYTES <= end && ((long) LONG.get(bytes, at) & SIGN_BITS) == 0) {
                at += Long.BYTES;
            } else if (bytes[at] >= 0) {
                at++;
            } else {
                int length = characterLength(bytes, at, end);
                if (length == 0) {
                    return false;
                }
                at += length;
            }
        }
        return true;
    }

    /// Bytes of the character beyond ASCII that begins here, 0 if it is malformed.
    private static int characterLength(byte[] bytes, int at, int end) {
        int first = bytes[at] & 0xff;
        int length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
        if (length == 0 || at + length > end) {
            return 0;
        }
        int second = bytes[at + 1] & 0xff;
        int least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
        int most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
        if (second < least || second > most) {
            return 0;
        }
        for (int i = 2; i < length; i++) {
            if ((bytes[at + i] & 0xc0) != 0x80) {
                return 0;
            }
        }
        return length;
    }

    private static boolean setTruth(Vector.Ints vector, int row, byte[] bytes, int from, int end) {
        if (end - from == 4 && is(bytes, from, "true")) {
            vector.set(row, 1);
            return true;
        }
        if (end - from == 5 && is(bytes, from, "false")) {
            vector.set(row, 0);
            return true;
        }
        return false;
    }

    private static boolean is(byte[] bytes, int from, String word) {
        for (int i = 0; i < word.length(); i++) {
            if (bytes[from + i] != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean setInt(Vector.Ints vector, int row, byte[] bytes, int from, int end) {
        boolean negative = from < end && bytes[from] == '-';
        long magnitude = Digits.number(bytes, negative ? from + 1 : from, end);
        long value = negative ? -magnitude : magnitude;
        if (magnitude < 0 || value != (int) value) {
            return false;
        }
        vector.set(row, (int) value);
        return true;
    }

    private static boolean setLong(Vector.Longs vector, int row, byte[] bytes, int from, int end) {
        boolean negative = from < end && bytes[from] == '-';
        long magnitude = Digits.number(bytes, negative ? from + 1 : from, end);
        if (magnitude < 0) {
            return false;
        }
        vector.set(row, negative ? -magnitude : magnitude);
        return true;
    }

    private static int point(byte[] bytes, int from, int end) {
        for (int i = from; i < end; i++) {
            if (bytes[i] == '.') {
                return i;
            }
        }
        return end;
    }

    /// `-?digits` or `-?digits.digits`, where the quotient of two exact doubles is the nearest one
    /// (Clinger, How to read floating point numbers accurately, 1990).
    private static boolean setReal(Vector vector, int row, byte[] bytes, int from, int end) {
        boolean negative = from < end && bytes[from] == '-';
        int first = negative ? from + 1 : from;
        int point = point(bytes, first, end);
        int decimals = Math.max(0, end - point - 1);
        if (end - first > Digits.LONG_MAX) {
            return false;
        }
        long before = Digits.number(bytes, first, point);
        long behind = point == end ? 0 : Digits.number(bytes, point + 1, end);
        if ((before | behind) < 0) {
            return false;
        }
        long whole = before * LONG_POWERS[decimals] + behind;
        // A zero may be one below zero, if it is written with a point.
        if (whole >= EXACT_MAX || (negative && whole == 0)) {
            return false;
        }
        double magnitude = whole / DOUBLE_POWERS[decimals];
        double value = negative ? -magnitude : magnitude;
        switch (vector) {
            case Vector.Doubles doubles -> doubles.set(row, value);
            // As the decoder does: by way of the double.
            case Vector.Floats floats -> floats.set(row, (float) value);
            default -> throw new IllegalStateException("A number of another kind");
        }
        return true;
    }

    private static boolean setDecimal(
            Vector vector, Types.DecimalType type, int row, byte[] bytes, int from, int end) {
        if (!(vector instanceof Vector.Longs longs)) {
            return false;
        }
        boolean negative = from < end && bytes[from] == '-';
        int first = negative ? from + 1 : from;
        int point = point(bytes, first, end);
        int decimals = Math.max(0, end - point - 1);
        if (decimals > type.scale() || point - first > type.precision() - type.scale()) {
            return false;
        }
        long before = Digits.number(bytes, first, point);
        long behind = point == end ? 0 : Digits.number(bytes, point + 1, end);
        if ((before | behind) < 0) {
            return false;
        }
        long unscaled =
                before * LONG_POWERS[type.scale()] + behind * LONG_POWERS[type.scale() - decimals];
        longs.set(row, negative ? -unscaled : unscaled);
        return true;
    }

    /// `yyyy-MM-dd`
    private static boolean setDate(Vector.Ints vector, int row, byte[] bytes, int from, int end) {
        long days = end - from == DATE_LENGTH ? days(bytes, from) : NO_DAY;
        if (days == NO_DAY) {
            return false;
        }
        vector.set(row, (int) days);
        return true;
    }

    /// Days from 1970 to a `yyyy-MM-dd` (Hinnant, days_from_civil), [#NO_DAY] if it is none.
    private static long days(byte[] bytes, int from) {
        int year = Digits.four(bytes, from);
        int month = Digits.two(bytes, from + 5);
        int day = Digits.two(bytes, from + 8);
        // The 29th of February is rare: the decoder checks it against the year.
        if (year < 0
                || month < 1
                || month > 12
                || day < 1
                || day > MONTH_DAYS[month - 1]
                || bytes[from + 4] != '-'
                || bytes[from + 7] != '-') {
            return NO_DAY;
        }
        // Years begin in March; a negative one is one of the era before 0.
        int shifted = month <= 2 ? year - 1 : year;
        int era = shifted < 0 ? -1 : shifted / 400;
        int yearOfEra = shifted - era * 400;
        int dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return era * 146_097L + dayOfEra - 719_468;
    }

    /// `yyyy-MM-dd HH:mm:ss`, with a `T` as well, up to six decimals, and `Z` behind it.
    private static boolean setTimestamp(
            Vector.Longs vector, int row, byte[] bytes, int from, int end) {
        int last = from < end && bytes[end - 1] == 'Z' ? end - 1 : end;
        int length = last - from;
        if (length < 19
                || length > 26
                || length == 20
                || (bytes[from + 10] != ' ' && bytes[from + 10] != 'T')
                || bytes[from + 13] != ':'
                || bytes[from + 16] != ':'
                || (length > 19 && bytes[from + 19] != '.')) {
            return false;
        }
        long days = days(bytes, from);
        int hour = Digits.two(bytes, from + 11);
        int minute = Digits.two(bytes, from + 14);
        int second = Digits.two(bytes, from + 17);
        long decimals = length == 19 ? 0 : Digits.number(bytes, from + 20, last);
        if (days == NO_DAY
                || (hour | minute | second | decimals) < 0
                || hour > 23
                || minute > 59
                || second > 59) {
            return false;
        }
        long micros = length == 19 ? 0 : decimals * LONG_POWERS[6 - (length - 20)];
        long seconds = days * 86_400 + hour * 3_600L + minute * 60L + second;
        vector.set(row, seconds * MICROS_PER_SECOND + micros);
        return true;
    }
}
