package dev.tarn.pipeline.transform.sql;

import java.time.OffsetDateTime;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import net.sf.jsqlparser.expression.Expression;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types;

/// Conditions of conditions and values, in SQL's three truths: true, false, and null for unknown.
final class Conditions {
    private Conditions() {}

    /// @param where it stands, for the message
    /// @param holds of the order of the two
    /// @throws SqlProblem if the two cannot be compared
    static Compiled comparison(Compiled left, Compiled right, Expression where, IntPredicate holds)
            throws SqlProblem {
        boolean numbers = Numbers.isNumber(left.type()) && Numbers.isNumber(right.type());
        Compiled a = left;
        Compiled b = right;
        if (!numbers && !left.type().equals(right.type())) {
            // A text stands for a value of the other's type, as in `day > '2024-01-01'`.
            if (right.type().typeId() == TypeID.STRING && left.type().isPrimitiveType()) {
                b = Expressions.cast(right, left.type());
            } else if (left.type().typeId() == TypeID.STRING && right.type().isPrimitiveType()) {
                a = Expressions.cast(left, right.type());
            } else {
                throw new SqlProblem(
                        "cannot compare %s with %s in %s"
                                .formatted(left.type(), right.type(), where));
            }
        }
        if (!a.type().isPrimitiveType()) {
            throw new SqlProblem("cannot compare values of type %s".formatted(a.type()));
        }
        Compiled first = a;
        Compiled second = b;
        return new Compiled(
                Types.BooleanType.get(),
                (batch, row) -> {
                    Object x = first.at(batch, row);
                    Object y = second.at(batch, row);
                    if (x == null || y == null) {
                        return null;
                    }
                    return holds.test(compare(x, y));
                });
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // Of one type, looked at when it was compiled.
    static int compare(Object a, Object b) {
        if (a instanceof Number && b instanceof Number) {
            return Numbers.compare(a, b);
        }
        if (a instanceof OffsetDateTime x && b instanceof OffsetDateTime y) {
            return x.toInstant().compareTo(y.toInstant());
        }
        return ((Comparable) a).compareTo(b);
    }

    static Compiled and(Compiled left, Compiled right) {
        return new Compiled(
                Types.BooleanType.get(),
                (batch, row) -> {
                    Object a = left.at(batch, row);
                    if (Boolean.FALSE.equals(a)) {
                        return false;
                    }
                    Object b = right.at(batch, row);
                    return Boolean.FALSE.equals(b) ? (Object) false : a == null ? null : b;
                });
    }

    static Compiled or(Compiled left, Compiled right) {
        return new Compiled(
                Types.BooleanType.get(),
                (batch, row) -> {
                    Object a = left.at(batch, row);
                    if (Boolean.TRUE.equals(a)) {
                        return true;
                    }
                    Object b = right.at(batch, row);
                    return Boolean.TRUE.equals(b) ? (Object) true : a == null ? null : b;
                });
    }

    static Compiled not(Compiled truth) {
        return new Compiled(
                Types.BooleanType.get(),
                (batch, row) -> truth.at(batch, row) instanceof Boolean value ? !value : null);
    }

    static Compiled unless(boolean not, Compiled truth) {
        return not ? not(truth) : truth;
    }

    static Compiled isNull(Compiled value, boolean not) {
        return new Compiled(
                Types.BooleanType.get(), (batch, row) -> (value.at(batch, row) == null) != not);
    }

    static Compiled any(List<Compiled> conditions) {
        return new Compiled(
                Types.BooleanType.get(),
                (batch, row) -> {
                    boolean unknown = false;
                    for (Compiled one : conditions) {
                        Object holds = one.at(batch, row);
                        if (Boolean.TRUE.equals(holds)) {
                            return true;
                        }
                        unknown |= holds == null;
                    }
                    return unknown ? null : false;
                });
    }

    /// @param pattern `%` stands for any text, `_` for one character
    static Compiled like(Compiled value, String pattern, boolean ignoresCase) {
        var regex = new StringBuilder();
        for (char c : pattern.toCharArray()) {
            regex.append(c == '%' ? ".*" : c == '_' ? "." : Pattern.quote(String.valueOf(c)));
        }
        int flags =
                Pattern.DOTALL
                        | (ignoresCase ? Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE : 0);
        Pattern compiled = Pattern.compile(regex.toString(), flags);
        return new Compiled(
                Types.BooleanType.get(),
                (batch, row) ->
                        value.at(batch, row) instanceof String text
                                ? compiled.matcher(text).matches()
                                : null);
    }
}
