package dev.tarn.pipeline.row;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Locale;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/// Turns text into a value of an Iceberg type, exactly or not at all.
public final class Decoder {
    private final Formats formats;

    public Decoder(Formats formats) {
        this.formats = formats;
    }

    /// The value of `text`, which is neither null nor the file's word for null.
    public Object decode(Type type, String text) throws Misfit {
        return switch (type.typeId()) {
            case STRING -> text;
            case INTEGER -> (int) whole(text, Integer.MIN_VALUE, Integer.MAX_VALUE, "int");
            case LONG -> whole(text, Long.MIN_VALUE, Long.MAX_VALUE, "bigint");
            case FLOAT -> single(text);
            case DOUBLE -> real(text, "double");
            case BOOLEAN -> truth(text);
            case DECIMAL -> decimal((Types.DecimalType) type, number(text, type), text);
            case DATE -> formats.readDate(text.strip());
            case TIME -> formats.readTime(text.strip());
            case TIMESTAMP -> formats.readDatetime(text.strip());
            case BINARY -> bytes(text);
            default -> throw new Misfit(null, "a %s cannot be read from text".formatted(type));
        };
    }

    private static long whole(String text, long min, long max, String name) throws Misfit {
        try {
            long number = Long.parseLong(text.strip());
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below, with the numbers that are whole but too large.
        }
        throw Misfit.value(null, name, text);
    }

    private static double real(String text, String name) throws Misfit {
        try {
            String stripped = text.strip();
            // Java also reads 1d and 0x1p3, which no file means.
            if (!stripped.isEmpty() && "dDfF".indexOf(stripped.charAt(stripped.length() - 1)) < 0) {
                double number = Double.parseDouble(stripped);
                // A number that is too large becomes infinite; one that says so is.
                if (!Double.isInfinite(number) || stripped.endsWith("Infinity")) {
                    return number;
                }
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw Misfit.value(null, name, text);
    }

    private static float single(String text) throws Misfit {
        double number = real(text, "float");
        if (Float.isInfinite((float) number) && !Double.isInfinite(number)) {
            throw Misfit.value(null, "float", text);
        }
        return (float) number;
    }

    private static boolean truth(String text) throws Misfit {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "true", "t", "1" -> true;
            case "false", "f", "0" -> false;
            default -> throw Misfit.value(null, "boolean", text);
        };
    }

    private static BigDecimal number(String text, Type type) throws Misfit {
        try {
            return new BigDecimal(text.strip());
        } catch (NumberFormatException e) {
            throw Misfit.value(null, type.toString(), text);
        }
    }

    static BigDecimal decimal(Types.DecimalType type, BigDecimal number, String text)
            throws Misfit {
        // Compared before it is scaled: all the zeros of 1e99999999 would take minutes.
        BigDecimal plain = number.stripTrailingZeros();
        long whole = (long) plain.precision() - plain.scale();
        if (plain.scale() > type.scale() || whole > type.precision() - type.scale()) {
            throw Misfit.value(null, type.toString(), text);
        }
        return plain.setScale(type.scale(), RoundingMode.UNNECESSARY);
    }

    private static ByteBuffer bytes(String text) throws Misfit {
        try {
            return ByteBuffer.wrap(Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            throw Misfit.value(null, "bytes as Base64", text);
        }
    }
}
