package dev.tarn.pipeline.transform.sql;

import dev.tarn.pipeline.job.Nearest;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// Functions by their names. Of a null argument the result is null, but for those that are about
/// nulls.
final class Functions {
    private static final Type TEXT = Types.StringType.get();
    private static final Type WHOLE = Types.IntegerType.get();
    private static final Type REAL = Types.DoubleType.get();
    private static final Type TRUTH = Types.BooleanType.get();

    private static final Map<String, Known> KNOWN = new LinkedHashMap<>();

    private Functions() {}

    /// What is done with arguments, none of which is null.
    private interface Work {
        @Nullable Object of(List<Object> arguments);
    }

    /// @param takes a letter for each argument: `t`ext, `w`hole number, `n`umber, `d`ate or
    ///   timestamp; behind `?` those that may be left out
    /// @param type null if it is that of the first argument
    private record Known(String takes, @Nullable Type type, Work work) {}

    static {
        text("UPPER", "t", a -> text(a, 0).toUpperCase(Locale.ROOT));
        text("LOWER", "t", a -> text(a, 0).toLowerCase(Locale.ROOT));
        text("TRIM", "t", a -> text(a, 0).strip());
        text("LTRIM", "t", a -> text(a, 0).stripLeading());
        text("RTRIM", "t", a -> text(a, 0).stripTrailing());
        text("REVERSE", "t", a -> new StringBuilder(text(a, 0)).reverse().toString());
        text("LEFT", "tw", a -> sub(text(a, 0), 0, whole(a, 1)));
        text("RIGHT", "tw", a -> sub(text(a, 0), text(a, 0).length() - whole(a, 1), whole(a, 1)));
        text("SUBSTRING", "tw?w", a -> substring(a));
        text("SUBSTR", "tw?w", a -> substring(a));
        text(
                "REPLACE",
                "tt?t",
                a -> text(a, 0).replace(text(a, 1), a.size() > 2 ? text(a, 2) : ""));
        text("REPEAT", "tw", a -> text(a, 0).repeat(Math.max(0, whole(a, 1))));
        text("LPAD", "tw?t", a -> padding(a) + sub(text(a, 0), 0, whole(a, 1)));
        text("RPAD", "tw?t", a -> sub(text(a, 0), 0, whole(a, 1)) + padding(a));
        text("REGEXP_REPLACE", "ttt", a -> regex(a).matcher(text(a, 0)).replaceAll(text(a, 2)));
        known("REGEXP_LIKE", "tt", TRUTH, a -> regex(a).matcher(text(a, 0)).find());
        known("LENGTH", "t", WHOLE, a -> text(a, 0).length());
        known("CHAR_LENGTH", "t", WHOLE, a -> text(a, 0).length());
        known("LOCATE", "tt", WHOLE, a -> text(a, 1).indexOf(text(a, 0)) + 1);
        known("INSTR", "tt", WHOLE, a -> text(a, 0).indexOf(text(a, 1)) + 1);

        known("ABS", "n", null, a -> Numbers.compare(a.get(0), 0) < 0 ? minus(a.get(0)) : a.get(0));
        known("CEIL", "n", null, a -> rounded(a.get(0), 0, RoundingMode.CEILING));
        known("CEILING", "n", null, a -> rounded(a.get(0), 0, RoundingMode.CEILING));
        known("FLOOR", "n", null, a -> rounded(a.get(0), 0, RoundingMode.FLOOR));
        known(
                "ROUND",
                "n?w",
                null,
                a -> rounded(a.get(0), a.size() > 1 ? whole(a, 1) : 0, RoundingMode.HALF_UP));
        known("SIGN", "n", WHOLE, a -> Integer.signum(Numbers.compare(a.get(0), 0)));
        known("SQRT", "n", REAL, a -> Math.sqrt(Numbers.real(a.get(0))));
        known("POWER", "nn", REAL, a -> Math.pow(Numbers.real(a.get(0)), Numbers.real(a.get(1))));
        known("EXP", "n", REAL, a -> Math.exp(Numbers.real(a.get(0))));
        known("LN", "n", REAL, a -> Math.log(Numbers.real(a.get(0))));
        known("LOG10", "n", REAL, a -> Math.log10(Numbers.real(a.get(0))));

        known("YEAR", "d", WHOLE, a -> time(a).getYear());
        known("MONTH", "d", WHOLE, a -> time(a).getMonthValue());
        known("DAY_OF_MONTH", "d", WHOLE, a -> time(a).getDayOfMonth());
        known("DAYOFMONTH", "d", WHOLE, a -> time(a).getDayOfMonth());
        known("DAY", "d", WHOLE, a -> time(a).getDayOfMonth());
        known("HOUR", "d", WHOLE, a -> time(a).getHour());
        known("MINUTE", "d", WHOLE, a -> time(a).getMinute());
        known("SECOND", "d", WHOLE, a -> time(a).getSecond());

        LocalNow.add();
    }

    /// What is asked of the clock and of chance.
    private static final class LocalNow {
        static void add() {
            Type timestamp = Types.TimestampType.withoutZone();
            for (String name : List.of("CURRENT_TIMESTAMP", "NOW", "LOCALTIMESTAMP")) {
                known(name, "", timestamp, a -> now());
            }
            known("CURRENT_DATE", "", Types.DateType.get(), a -> now().toLocalDate());
            known("UUID", "", TEXT, a -> UUID.randomUUID().toString());
        }

        private static LocalDateTime now() {
            return LocalDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
        }
    }

    private static void text(String name, String takes, Work work) {
        known(name, takes, TEXT, work);
    }

    private static void known(String name, String takes, @Nullable Type type, Work work) {
        KNOWN.put(name, new Known(takes, type, work));
    }

    /// All names, for the reference.
    static List<String> names() {
        List<String> names = new ArrayList<>(KNOWN.keySet());
        names.addAll(List.of("CONCAT", "COALESCE", "IFNULL", "NULLIF", "MOD"));
        return names.stream().sorted().toList();
    }

    /// @throws SqlProblem if there is no such function, or it takes other arguments
    static Compiled call(String name, List<Compiled> arguments) throws SqlProblem {
        return switch (name) {
            case "CONCAT" -> concat(arguments);
            case "COALESCE", "IFNULL" -> coalesce(name, arguments);
            case "NULLIF" -> nullIf(arguments);
            case "MOD" -> mod(arguments);
            default -> known(name, arguments);
        };
    }

    private static Compiled known(String name, List<Compiled> given) throws SqlProblem {
        Known known = KNOWN.get(name);
        if (known == null) {
            String hint =
                    Nearest.of(name, names())
                            .map(near -> ", did you mean " + near + "?")
                            .orElse("");
            throw new SqlProblem("there is no function %s%s".formatted(name, hint));
        }
        String takes = known.takes().replace("?", "");
        int least = known.takes().contains("?") ? known.takes().indexOf('?') : takes.length();
        if (given.size() < least || given.size() > takes.length()) {
            throw new SqlProblem(
                    "%s takes %s arguments, found %s"
                            .formatted(
                                    name,
                                    least == takes.length()
                                            ? least
                                            : least + " to " + takes.length(),
                                    given.size()));
        }
        List<Compiled> arguments = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            arguments.add(fitting(name, takes.charAt(i), given.get(i)));
        }
        Type type = known.type() == null ? arguments.getFirst().type() : known.type();
        return new Compiled(
                type,
                (batch, row) -> {
                    List<Object> values = new ArrayList<>(arguments.size());
                    for (Compiled argument : arguments) {
                        Object value = argument.at(batch, row);
                        if (value == null) {
                            return null;
                        }
                        values.add(value);
                    }
                    Object result = known.work().of(values);
                    return known.type() == null ? Numbers.as(result, type) : result;
                });
    }

    private static Compiled fitting(String name, char wanted, Compiled argument) throws SqlProblem {
        if (argument.equals(Expressions.NULL)) {
            return argument;
        }
        Type type = argument.type();
        boolean fits =
                switch (wanted) {
                    case 't' -> type.isPrimitiveType();
                    case 'w', 'n' -> Numbers.isNumber(type);
                    default -> type.typeId() == TypeID.DATE || type.typeId() == TypeID.TIMESTAMP;
                };
        if (!fits) {
            throw new SqlProblem("%s does not take a %s".formatted(name, type));
        }
        return switch (wanted) {
            case 't' -> Expressions.cast(argument, TEXT);
            case 'w' -> Expressions.cast(argument, WHOLE);
            default -> argument;
        };
    }

    /// Nulls are left out, as in SeaTunnel.
    private static Compiled concat(List<Compiled> arguments) throws SqlProblem {
        List<Compiled> texts = new ArrayList<>();
        for (Compiled argument : arguments) {
            texts.add(fitting("CONCAT", 't', argument));
        }
        return new Compiled(
                TEXT,
                (batch, row) -> {
                    var all = new StringBuilder();
                    for (Compiled text : texts) {
                        Object value = text.at(batch, row);
                        all.append(value == null ? "" : value);
                    }
                    return all.toString();
                });
    }

    private static Compiled coalesce(String name, List<Compiled> arguments) throws SqlProblem {
        if (arguments.isEmpty() || (name.equals("IFNULL") && arguments.size() != 2)) {
            throw new SqlProblem("%s takes other arguments".formatted(name));
        }
        Type type = Expressions.common(arguments, name);
        List<Compiled> typed =
                arguments.stream().map(argument -> Expressions.cast(argument, type)).toList();
        return new Compiled(
                type,
                (batch, row) -> {
                    for (Compiled one : typed) {
                        Object value = one.at(batch, row);
                        if (value != null) {
                            return value;
                        }
                    }
                    return null;
                });
    }

    private static Compiled nullIf(List<Compiled> arguments) throws SqlProblem {
        if (arguments.size() != 2) {
            throw new SqlProblem("NULLIF takes 2 arguments, found " + arguments.size());
        }
        Type type = Expressions.common(arguments, "NULLIF");
        Compiled value = Expressions.cast(arguments.get(0), type);
        Compiled other = Expressions.cast(arguments.get(1), type);
        return new Compiled(
                type,
                (batch, row) -> {
                    Object a = value.at(batch, row);
                    Object b = other.at(batch, row);
                    return a != null && b != null && Conditions.compare(a, b) == 0 ? null : a;
                });
    }

    private static Compiled mod(List<Compiled> arguments) throws SqlProblem {
        if (arguments.size() != 2
                || !Numbers.isNumber(arguments.get(0).type())
                || !Numbers.isNumber(arguments.get(1).type())) {
            throw new SqlProblem("MOD takes 2 numbers");
        }
        Type type = Numbers.together('%', arguments.get(0).type(), arguments.get(1).type());
        return new Compiled(
                type,
                (batch, row) -> {
                    Object a = arguments.get(0).at(batch, row);
                    Object b = arguments.get(1).at(batch, row);
                    return a == null || b == null ? null : Numbers.apply('%', type, a, b);
                });
    }

    private static String text(List<Object> arguments, int number) {
        return (String) arguments.get(number);
    }

    private static int whole(List<Object> arguments, int number) {
        return ((Number) arguments.get(number)).intValue();
    }

    /// Counted from 1, or from the end if it is negative.
    private static String substring(List<Object> arguments) {
        String text = text(arguments, 0);
        int from = whole(arguments, 1);
        int start = from < 0 ? text.length() + from : Math.max(0, from - 1);
        return sub(text, start, arguments.size() > 2 ? whole(arguments, 2) : text.length());
    }

    private static String sub(String text, int start, int length) {
        int from = Math.clamp(start, 0, text.length());
        int to = Math.clamp((long) from + Math.max(0, length), from, text.length());
        return text.substring(from, to);
    }

    private static String padding(List<Object> arguments) {
        String with = arguments.size() > 2 ? text(arguments, 2) : " ";
        int missing = whole(arguments, 1) - text(arguments, 0).length();
        return missing <= 0 || with.isEmpty()
                ? ""
                : with.repeat(missing / with.length() + 1).substring(0, missing);
    }

    private static Pattern regex(List<Object> arguments) {
        try {
            return Pattern.compile(text(arguments, 1));
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "not a regular expression: " + text(arguments, 1), e);
        }
    }

    private static Object minus(Object number) {
        return number instanceof Double || number instanceof Float
                ? (Object) (-Numbers.real(number))
                : Numbers.exact(number).negate();
    }

    private static Object rounded(Object number, int digits, RoundingMode mode) {
        boolean finite = Double.isFinite(Numbers.real(number));
        return finite ? Numbers.exact(number).setScale(digits, mode) : number;
    }

    private static LocalDateTime time(List<Object> arguments) {
        return switch (arguments.getFirst()) {
            case LocalDate date -> date.atStartOfDay();
            case OffsetDateTime time ->
                    time.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime();
            case LocalDateTime time -> time;
            case Object other ->
                    throw new IllegalArgumentException(other + " is neither date nor timestamp");
        };
    }
}
