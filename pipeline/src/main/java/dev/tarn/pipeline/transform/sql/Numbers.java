package dev.tarn.pipeline.transform.sql;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// Numbers of different types together. The wider type wins: int, long, decimal, double.
///
/// | | scale of decimals |
/// |---|---|
/// | `+ -`, `%` | the larger one |
/// | `*` | both together, 18 at most |
/// | `/` | 6, or the larger one |
final class Numbers {
    private static final int PRECISION = 38;
    private static final int SCALE_MAX = 18;
    private static final int SCALE_OF_QUOTIENTS = 6;

    private Numbers() {}

    static boolean isNumber(Type type) {
        return switch (type.typeId()) {
            case INTEGER, LONG, FLOAT, DOUBLE, DECIMAL -> true;
            default -> false;
        };
    }

    /// The type of a result.
    static Type together(char operator, Type left, Type right) {
        if (isReal(left) || isReal(right)) {
            return Types.DoubleType.get();
        }
        if (left instanceof Types.DecimalType || right instanceof Types.DecimalType) {
            int larger = Math.max(scale(left), scale(right));
            int scale =
                    switch (operator) {
                        case '*' -> Math.min(SCALE_MAX, scale(left) + scale(right));
                        case '/' -> Math.max(SCALE_OF_QUOTIENTS, larger);
                        default -> larger;
                    };
            return Types.DecimalType.of(PRECISION, scale);
        }
        boolean wide = left.typeId() == TypeID.LONG || right.typeId() == TypeID.LONG;
        return wide ? Types.LongType.get() : Types.IntegerType.get();
    }

    private static boolean isReal(Type type) {
        return type.typeId() == TypeID.FLOAT || type.typeId() == TypeID.DOUBLE;
    }

    private static int scale(Type type) {
        return type instanceof Types.DecimalType decimal ? decimal.scale() : 0;
    }

    static Object apply(char operator, Type type, Object left, Object right) {
        try {
            return switch (type) {
                case Types.DoubleType _ -> real(operator, real(left), real(right));
                case Types.DecimalType decimal ->
                        decimal(operator, decimal, exact(left), exact(right));
                default -> whole(operator, type, exact(left), exact(right));
            };
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "%s %s %s: %s".formatted(left, operator, right, e.getMessage()), e);
        }
    }

    private static double real(char operator, double left, double right) {
        return switch (operator) {
            case '+' -> left + right;
            case '-' -> left - right;
            case '*' -> left * right;
            case '/' -> left / right;
            default -> left % right;
        };
    }

    private static BigDecimal decimal(
            char operator, Types.DecimalType type, BigDecimal left, BigDecimal right) {
        BigDecimal result =
                switch (operator) {
                    case '+' -> left.add(right);
                    case '-' -> left.subtract(right);
                    case '*' -> left.multiply(right);
                    case '/' -> left.divide(right, type.scale(), RoundingMode.HALF_UP);
                    default -> left.remainder(right);
                };
        return fit(result, type);
    }

    static BigDecimal fit(BigDecimal number, Types.DecimalType type) {
        BigDecimal scaled = number.setScale(type.scale(), RoundingMode.HALF_UP);
        if (scaled.precision() > type.precision()) {
            throw new ArithmeticException("out of range of " + type);
        }
        return scaled;
    }

    /// Exact, or out of range.
    private static Object whole(char operator, Type type, BigDecimal left, BigDecimal right) {
        BigInteger a = left.toBigIntegerExact();
        BigInteger b = right.toBigIntegerExact();
        BigInteger result =
                switch (operator) {
                    case '+' -> a.add(b);
                    case '-' -> a.subtract(b);
                    case '*' -> a.multiply(b);
                    case '/' -> a.divide(b);
                    default -> a.remainder(b);
                };
        return type.typeId() == TypeID.LONG
                ? (Object) result.longValueExact()
                : (Object) result.intValueExact();
    }

    static double real(Object number) {
        return ((Number) number).doubleValue();
    }

    static BigDecimal exact(Object number) {
        return switch (number) {
            case BigDecimal decimal -> decimal;
            case Float real -> new BigDecimal(real.toString());
            case Double real -> new BigDecimal(real.toString());
            default -> BigDecimal.valueOf(((Number) number).longValue());
        };
    }

    /// As numbers, whatever their types.
    static int compare(Object left, Object right) {
        boolean real =
                left instanceof Double
                        || right instanceof Double
                        || left instanceof Float
                        || right instanceof Float;
        return real ? Double.compare(real(left), real(right)) : exact(left).compareTo(exact(right));
    }

    /// A number as another type.
    static @Nullable Object as(@Nullable Object number, Type type) {
        if (number == null) {
            return null;
        }
        try {
            return switch (type.typeId()) {
                case INTEGER -> exact(number).setScale(0, RoundingMode.DOWN).intValueExact();
                case LONG -> exact(number).setScale(0, RoundingMode.DOWN).longValueExact();
                case FLOAT -> ((Number) number).floatValue();
                case DOUBLE -> ((Number) number).doubleValue();
                default -> fit(exact(number), (Types.DecimalType) type);
            };
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException("%s is no %s".formatted(number, type), e);
        }
    }
}
