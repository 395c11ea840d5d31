package dev.tarn.pipeline.source.mysql;

import com.github.shyiko.mysql.binlog.event.deserialization.ColumnType;
import com.github.shyiko.mysql.binlog.event.deserialization.json.JsonBinary;
import com.github.shyiko.mysql.binlog.event.deserialization.json.JsonFormatter;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.Base64;
import java.util.Locale;

/// A JSON value of the log as the text that the server makes of it, character by character, so that
/// it is the same whether a row is read from the table or from the log.
///
/// As `Json_wrapper::to_string` and `my_gcvt` of MySQL's sources do it.
final class MyJson implements JsonFormatter {
    /// A number with more digits before its point is written with an exponent.
    private static final int DIGITS_MAX = 15;

    private final StringBuilder text = new StringBuilder();

    private MyJson() {}

    /// @throws IOException if it is none
    static String text(byte[] binary) throws IOException {
        if (binary.length == 0) {
            // What IGNORE makes of no value.
            return "null";
        }
        var json = new MyJson();
        new Reader(binary).parse(json);
        return json.text.toString();
    }

    /// The client's own, but for times before zero, whose parts it gets wrong.
    private static final class Reader extends JsonBinary {
        Reader(byte[] binary) {
            super(binary);
        }

        @Override
        protected void parseTime(JsonFormatter to) throws IOException {
            // 10 bits of hours, 6 of minutes, 6 of seconds, 24 of microseconds, and a sign.
            long packed = readInt64();
            long bits = Math.abs(packed);
            ((MyJson) to)
                    .time(
                            packed < 0 ? "-" : "",
                            (int) (bits >> 36) & 0x3ff,
                            (int) (bits >> 30) & 0x3f,
                            (int) (bits >> 24) & 0x3f,
                            (int) bits & 0xff_ffff);
        }
    }

    @Override
    public void beginObject(int size) {
        text.append('{');
    }

    @Override
    public void beginArray(int size) {
        text.append('[');
    }

    @Override
    public void endObject() {
        text.append('}');
    }

    @Override
    public void endArray() {
        text.append(']');
    }

    @Override
    public void name(String name) {
        value(name);
        text.append(": ");
    }

    @Override
    public void nextEntry() {
        text.append(", ");
    }

    @Override
    public void value(String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\b' -> text.append("\\b");
                case '\f' -> text.append("\\f");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (c < ' ') {
                        text.append("\\u%04x".formatted((int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }

    @Override
    public void value(int value) {
        text.append(value);
    }

    @Override
    public void value(long value) {
        text.append(value);
    }

    @Override
    public void value(double value) {
        text.append(number(value));
    }

    /// The fewest digits that are this number and no other.
    static String number(double value) {
        String sign = value < 0 || 1 / value < 0 ? "-" : "";
        if (value == 0) {
            return sign + "0.0";
        }
        BigDecimal shortest = shortest(Math.abs(value)).stripTrailingZeros();
        String digits = shortest.unscaledValue().toString();
        int point = digits.length() - shortest.scale();
        boolean plain = point > -DIGITS_MAX && (point <= DIGITS_MAX || digits.length() > point);
        if (plain) {
            String bare = shortest.toPlainString();
            return sign + bare + (bare.indexOf('.') < 0 ? ".0" : "");
        }
        String rest = digits.substring(1);
        return sign + digits.charAt(0) + (rest.isEmpty() ? "" : "." + rest) + "e" + (point - 1);
    }

    /// Java's has two digits at least.
    private static BigDecimal shortest(double value) {
        var ofTwo = new BigDecimal(Double.toString(value));
        BigDecimal ofOne = ofTwo.round(new MathContext(1));
        return ofOne.doubleValue() == value ? ofOne : ofTwo;
    }

    @Override
    public void value(BigInteger value) {
        text.append(value);
    }

    @Override
    public void value(BigDecimal value) {
        text.append(value.toPlainString());
    }

    @Override
    public void value(boolean value) {
        text.append(value);
    }

    @Override
    public void valueNull() {
        text.append("null");
    }

    @Override
    public void valueYear(int year) {
        text.append(year);
    }

    @Override
    public void valueDate(int year, int month, int day) {
        text.append('"').append(date(year, month, day)).append('"');
    }

    private static String date(int year, int month, int day) {
        return String.format(Locale.ROOT, "%04d-%02d-%02d", year, month, day);
    }

    @Override
    public void valueDatetime(
            int year, int month, int day, int hour, int minute, int second, int micros) {
        text.append('"')
                .append(date(year, month, day))
                .append(' ')
                .append(clock(hour, minute, second, micros))
                .append('"');
    }

    @Override
    public void valueTime(int hour, int minute, int second, int micros) {
        time("", hour, minute, second, micros);
    }

    private void time(String sign, int hour, int minute, int second, int micros) {
        text.append('"').append(sign).append(clock(hour, minute, second, micros)).append('"');
    }

    private static String clock(int hour, int minute, int second, int micros) {
        return String.format(Locale.ROOT, "%02d:%02d:%02d.%06d", hour, minute, second, micros);
    }

    @Override
    public void valueTimestamp(long seconds, int micros) {
        throw new IllegalStateException("MySQL keeps no timestamp in JSON");
    }

    @Override
    public void valueOpaque(ColumnType type, byte[] value) {
        text.append("\"base64:type")
                .append(type.getCode())
                .append(':')
                .append(Base64.getEncoder().encodeToString(value))
                .append('"');
    }
}
