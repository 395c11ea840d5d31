package dev.tarn.pipeline.transform.sql;

import dev.tarn.pipeline.job.Nearest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import net.sf.jsqlparser.expression.BinaryExpression;
import net.sf.jsqlparser.expression.BooleanValue;
import net.sf.jsqlparser.expression.CaseExpression;
import net.sf.jsqlparser.expression.CastExpression;
import net.sf.jsqlparser.expression.DoubleValue;
import net.sf.jsqlparser.expression.Expression;
import net.sf.jsqlparser.expression.Function;
import net.sf.jsqlparser.expression.LongValue;
import net.sf.jsqlparser.expression.NotExpression;
import net.sf.jsqlparser.expression.NullValue;
import net.sf.jsqlparser.expression.SignedExpression;
import net.sf.jsqlparser.expression.StringValue;
import net.sf.jsqlparser.expression.TimeKeyExpression;
import net.sf.jsqlparser.expression.TrimFunction;
import net.sf.jsqlparser.expression.WhenClause;
import net.sf.jsqlparser.expression.operators.arithmetic.Addition;
import net.sf.jsqlparser.expression.operators.arithmetic.Concat;
import net.sf.jsqlparser.expression.operators.arithmetic.Division;
import net.sf.jsqlparser.expression.operators.arithmetic.Modulo;
import net.sf.jsqlparser.expression.operators.arithmetic.Multiplication;
import net.sf.jsqlparser.expression.operators.arithmetic.Subtraction;
import net.sf.jsqlparser.expression.operators.conditional.AndExpression;
import net.sf.jsqlparser.expression.operators.conditional.OrExpression;
import net.sf.jsqlparser.expression.operators.relational.Between;
import net.sf.jsqlparser.expression.operators.relational.EqualsTo;
import net.sf.jsqlparser.expression.operators.relational.ExpressionList;
import net.sf.jsqlparser.expression.operators.relational.GreaterThan;
import net.sf.jsqlparser.expression.operators.relational.GreaterThanEquals;
import net.sf.jsqlparser.expression.operators.relational.InExpression;
import net.sf.jsqlparser.expression.operators.relational.IsNullExpression;
import net.sf.jsqlparser.expression.operators.relational.LikeExpression;
import net.sf.jsqlparser.expression.operators.relational.MinorThan;
import net.sf.jsqlparser.expression.operators.relational.MinorThanEquals;
import net.sf.jsqlparser.expression.operators.relational.NotEqualsTo;
import net.sf.jsqlparser.expression.operators.relational.ParenthesedExpressionList;
import net.sf.jsqlparser.schema.Column;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types;

/// Compiles expressions against the columns of a table.
final class Expressions {
    static final Compiled NULL = new Compiled(Types.StringType.get(), (batch, row) -> null);

    private final Schema schema;

    Expressions(Schema schema) {
        this.schema = schema;
    }

    /// @throws SqlProblem naming what is wrong or not supported
    Compiled compile(Expression expression) throws SqlProblem {
        return switch (expression) {
            case Column column -> column(column);
            case LongValue number -> whole(number);
            case DoubleValue number -> constant(Types.DoubleType.get(), number.getValue());
            case StringValue text -> constant(Types.StringType.get(), text.getNotExcapedValue());
            case BooleanValue truth -> constant(Types.BooleanType.get(), truth.getValue());
            case NullValue _ -> NULL;
            case ParenthesedExpressionList<?> inside -> only(inside);
            case SignedExpression signed -> signed(signed);
            case AndExpression and ->
                    Conditions.and(truth(and.getLeftExpression()), truth(and.getRightExpression()));
            case OrExpression or ->
                    Conditions.or(truth(or.getLeftExpression()), truth(or.getRightExpression()));
            case NotExpression not -> Conditions.not(truth(not.getExpression()));
            case IsNullExpression is ->
                    Conditions.isNull(
                            compile(is.getLeftExpression()), is.isNot() || is.isUseNotNull());
            case Between between -> between(between);
            case InExpression in -> in(in);
            case LikeExpression like -> like(like);
            case CaseExpression chosen -> chosen(chosen);
            case CastExpression cast -> cast(cast);
            case TrimFunction trim when trim.getFromExpression() == null ->
                    Functions.call("TRIM", List.of(compile(trim.getExpression())));
            case TimeKeyExpression now -> now(now);
            case Function function -> function(function);
            case Concat concat ->
                    Functions.call(
                            "CONCAT",
                            List.of(
                                    compile(concat.getLeftExpression()),
                                    compile(concat.getRightExpression())));
            case BinaryExpression binary -> binary(binary);
            default -> throw new SqlProblem("not supported: " + expression);
        };
    }

    static Compiled constant(Type type, Object value) {
        return new Compiled(type, (batch, row) -> value);
    }

    private static Compiled whole(LongValue number) throws SqlProblem {
        try {
            long value = number.getValue();
            return value == (int) value
                    ? constant(Types.IntegerType.get(), (int) value)
                    : constant(Types.LongType.get(), value);
        } catch (NumberFormatException e) {
            throw new SqlProblem("the number %s is too large".formatted(number));
        }
    }

    private Compiled only(ParenthesedExpressionList<?> inside) throws SqlProblem {
        if (inside.size() != 1) {
            throw new SqlProblem("expected one expression, found " + inside);
        }
        return compile(inside.get(0));
    }

    private Compiled column(Column column) throws SqlProblem {
        String name = unquoted(column.getColumnName());
        for (int i = 0; i < schema.columns().size(); i++) {
            if (schema.columns().get(i).name().equals(name)) {
                int found = i;
                return new Compiled(
                        schema.columns().get(i).type(), (batch, row) -> batch.value(found, row));
            }
        }
        String truth = name.toUpperCase(Locale.ROOT);
        if (truth.equals("TRUE") || truth.equals("FALSE")) {
            return constant(Types.BooleanType.get(), truth.equals("TRUE"));
        }
        List<String> names = schema.columns().stream().map(Types.NestedField::name).toList();
        String hint =
                Nearest.of(name, names).map(near -> ", did you mean " + near + "?").orElse("");
        throw new SqlProblem("there is no column %s%s".formatted(name, hint));
    }

    static String unquoted(String name) {
        boolean quoted =
                name.length() > 1
                        && (name.charAt(0) == '"' || name.charAt(0) == '`')
                        && name.charAt(name.length() - 1) == name.charAt(0);
        return quoted ? name.substring(1, name.length() - 1) : name;
    }

    private Compiled signed(SignedExpression signed) throws SqlProblem {
        Compiled value = number(signed.getExpression());
        if (signed.getSign() != '-') {
            return value;
        }
        Compiled zero = constant(Types.IntegerType.get(), 0);
        return arithmetic('-', zero, value);
    }

    private Compiled number(Expression expression) throws SqlProblem {
        Compiled value = compile(expression);
        if (!Numbers.isNumber(value.type()) && !value.equals(NULL)) {
            throw new SqlProblem(
                    "expected a number, found %s of type %s".formatted(expression, value.type()));
        }
        return value;
    }

    private Compiled truth(Expression expression) throws SqlProblem {
        Compiled value = compile(expression);
        if (value.type().typeId() != TypeID.BOOLEAN && !value.equals(NULL)) {
            throw new SqlProblem(
                    "expected a condition, found %s of type %s"
                            .formatted(expression, value.type()));
        }
        return value;
    }

    private Compiled binary(BinaryExpression binary) throws SqlProblem {
        return switch (binary) {
            case Addition _ -> arithmetic('+', binary);
            case Subtraction _ -> arithmetic('-', binary);
            case Multiplication _ -> arithmetic('*', binary);
            case Division _ -> arithmetic('/', binary);
            case Modulo _ -> arithmetic('%', binary);
            case EqualsTo _ -> comparison(binary, order -> order == 0);
            case NotEqualsTo _ -> comparison(binary, order -> order != 0);
            case GreaterThan _ -> comparison(binary, order -> order > 0);
            case GreaterThanEquals _ -> comparison(binary, order -> order >= 0);
            case MinorThan _ -> comparison(binary, order -> order < 0);
            case MinorThanEquals _ -> comparison(binary, order -> order <= 0);
            default ->
                    throw new SqlProblem(
                            "not supported: %s in %s"
                                    .formatted(binary.getStringExpression(), binary));
        };
    }

    private Compiled arithmetic(char operator, BinaryExpression binary) throws SqlProblem {
        return arithmetic(
                operator, number(binary.getLeftExpression()), number(binary.getRightExpression()));
    }

    private static Compiled arithmetic(char operator, Compiled left, Compiled right) {
        if (left.equals(NULL) || right.equals(NULL)) {
            return NULL;
        }
        Type type = Numbers.together(operator, left.type(), right.type());
        return new Compiled(
                type,
                (batch, row) -> {
                    Object a = left.at(batch, row);
                    Object b = right.at(batch, row);
                    return a == null || b == null ? null : Numbers.apply(operator, type, a, b);
                });
    }

    private Compiled comparison(BinaryExpression binary, IntPredicate holds) throws SqlProblem {
        return Conditions.comparison(
                compile(binary.getLeftExpression()),
                compile(binary.getRightExpression()),
                binary,
                holds);
    }

    static Compiled cast(Compiled value, Type type) {
        return value.type().equals(type)
                ? value
                : new Compiled(type, (batch, row) -> Casts.cast(value.at(batch, row), type));
    }

    private Compiled between(Between between) throws SqlProblem {
        Compiled value = compile(between.getLeftExpression());
        Compiled above =
                Conditions.comparison(
                        value,
                        compile(between.getBetweenExpressionStart()),
                        between,
                        order -> order >= 0);
        Compiled below =
                Conditions.comparison(
                        value,
                        compile(between.getBetweenExpressionEnd()),
                        between,
                        order -> order <= 0);
        return Conditions.unless(between.isNot(), Conditions.and(above, below));
    }

    private Compiled in(InExpression in) throws SqlProblem {
        if (!(in.getRightExpression() instanceof ExpressionList<?> list)) {
            throw new SqlProblem("expected a list behind IN, found " + in.getRightExpression());
        }
        Compiled value = compile(in.getLeftExpression());
        List<Compiled> equal = new ArrayList<>();
        for (Expression one : list) {
            equal.add(Conditions.comparison(value, compile(one), in, order -> order == 0));
        }
        return Conditions.unless(in.isNot(), Conditions.any(equal));
    }

    private Compiled like(LikeExpression like) throws SqlProblem {
        Compiled value = compile(like.getLeftExpression());
        String word = String.valueOf(like.getLikeKeyWord());
        if (!(like.getRightExpression() instanceof StringValue pattern)
                || value.type().typeId() != TypeID.STRING
                || like.getEscape() != null
                || !List.of("LIKE", "ILIKE").contains(word)) {
            throw new SqlProblem("expected a text LIKE 'pattern', found " + like);
        }
        return Conditions.unless(
                like.isNot(),
                Conditions.like(value, pattern.getNotExcapedValue(), word.equals("ILIKE")));
    }

    private record When(Compiled condition, Compiled then) {}

    private Compiled chosen(CaseExpression chosen) throws SqlProblem {
        List<When> whens = new ArrayList<>();
        Expression subject = chosen.getSwitchExpression();
        Compiled switched = subject == null ? null : compile(subject);
        for (WhenClause when : chosen.getWhenClauses()) {
            Compiled condition =
                    switched == null
                            ? truth(when.getWhenExpression())
                            : Conditions.comparison(
                                    switched,
                                    compile(when.getWhenExpression()),
                                    chosen,
                                    order -> order == 0);
            whens.add(new When(condition, compile(when.getThenExpression())));
        }
        Expression otherwise = chosen.getElseExpression();
        Compiled last = otherwise == null ? NULL : compile(otherwise);
        List<Compiled> all = new ArrayList<>(whens.stream().map(When::then).toList());
        all.add(last);
        Type type = common(all, chosen);
        List<When> typed =
                whens.stream().map(w -> new When(w.condition(), cast(w.then(), type))).toList();
        Compiled typedLast = cast(last, type);
        return new Compiled(
                type,
                (batch, row) -> {
                    for (When when : typed) {
                        if (Boolean.TRUE.equals(when.condition().at(batch, row))) {
                            return when.then().at(batch, row);
                        }
                    }
                    return typedLast.at(batch, row);
                });
    }

    /// The type that values of all of them can be.
    static Type common(List<Compiled> all, Object where) throws SqlProblem {
        Type type = null;
        for (Compiled one : all) {
            if (one.equals(NULL) || one.type().equals(type)) {
                continue;
            }
            if (type == null) {
                type = one.type();
            } else if (Numbers.isNumber(type) && Numbers.isNumber(one.type())) {
                type = Numbers.together('+', type, one.type());
            } else {
                throw new SqlProblem(
                        "expected one type, found %s and %s in %s"
                                .formatted(type, one.type(), where));
            }
        }
        return type == null ? Types.StringType.get() : type;
    }

    private Compiled cast(CastExpression cast) throws SqlProblem {
        var named = cast.getColDataType();
        Type type = named == null ? null : Casts.named(named.toString());
        if (type == null) {
            throw new SqlProblem("not a type: %s".formatted(named));
        }
        Compiled value = compile(cast.getLeftExpression());
        if (!Casts.fits(value.type(), type)) {
            throw new SqlProblem("cannot cast %s to %s".formatted(value.type(), type));
        }
        return cast(value, type);
    }

    private static Compiled now(TimeKeyExpression now) throws SqlProblem {
        String name = now.getStringValue().replace("()", "").toUpperCase(Locale.ROOT);
        return Functions.call(name, List.of());
    }

    private Compiled function(Function function) throws SqlProblem {
        List<Compiled> arguments = new ArrayList<>();
        ExpressionList<?> given = function.getParameters();
        if (given != null) {
            for (Expression argument : given) {
                arguments.add(compile(argument));
            }
        }
        return Functions.call(function.getName().toUpperCase(Locale.ROOT), arguments);
    }
}
