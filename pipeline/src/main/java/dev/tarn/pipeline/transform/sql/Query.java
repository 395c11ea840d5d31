package dev.tarn.pipeline.transform.sql;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.sf.jsqlparser.JSQLParserException;
import net.sf.jsqlparser.expression.Expression;
import net.sf.jsqlparser.parser.CCJSqlParserUtil;
import net.sf.jsqlparser.schema.Column;
import net.sf.jsqlparser.schema.Table;
import net.sf.jsqlparser.statement.Statement;
import net.sf.jsqlparser.statement.select.AllColumns;
import net.sf.jsqlparser.statement.select.PlainSelect;
import net.sf.jsqlparser.statement.select.SelectItem;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// A query, compiled against the columns of its table.
///
/// @param items the columns of the result
/// @param whereOrNull the condition of a row, null if there is none
public record Query(List<Item> items, @Nullable Compiled whereOrNull) {

    /// A column of the result.
    ///
    /// @param source the column of the table that it is, -1 if it is computed
    public record Item(String name, int source, Compiled value) {}

    public Query {
        items = List.copyOf(items);
    }

    /// The names of all functions.
    public static List<String> functions() {
        return Functions.names();
    }

    /// @throws SqlProblem with what is wrong
    public static Query of(String sql, Schema schema) throws SqlProblem {
        PlainSelect select = parsed(sql);
        requirePlain(select);
        var expressions = new Expressions(schema);
        List<Item> items = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (SelectItem<?> item : select.getSelectItems()) {
            for (Item one : items(item, schema, expressions)) {
                if (!names.add(one.name())) {
                    throw new SqlProblem("column %s is there twice".formatted(one.name()));
                }
                items.add(one);
            }
        }
        Expression condition = select.getWhere();
        Compiled where = condition == null ? null : expressions.compile(condition);
        if (where != null && where.type().typeId() != TypeID.BOOLEAN) {
            throw new SqlProblem("expected a condition behind WHERE, found " + condition);
        }
        return new Query(items, where);
    }

    private static PlainSelect parsed(String sql) throws SqlProblem {
        try {
            Statement statement = CCJSqlParserUtil.parse(sql);
            if (statement instanceof PlainSelect select) {
                return select;
            }
            throw new SqlProblem("expected SELECT ... FROM one table, found " + statement);
        } catch (JSQLParserException e) {
            String sentence = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new SqlProblem("not SQL: " + sentence);
        }
    }

    private static void requirePlain(PlainSelect select) throws SqlProblem {
        boolean plain =
                select.getFromItem() instanceof Table
                        && select.getJoins() == null
                        && select.getGroupBy() == null
                        && select.getHaving() == null
                        && select.getDistinct() == null
                        && select.getOrderByElements() == null
                        && select.getLimit() == null
                        && select.getOffset() == null
                        && select.getFetch() == null
                        && select.getTop() == null
                        && select.getWithItemsList() == null
                        && select.getLateralViews() == null;
        if (!plain) {
            throw new SqlProblem(
                    "expected SELECT ... FROM one table WHERE ..., without joins, groups, order or"
                            + " limit");
        }
    }

    private static List<Item> items(SelectItem<?> item, Schema schema, Expressions expressions)
            throws SqlProblem {
        Expression expression = item.getExpression();
        if (expression instanceof AllColumns) {
            List<Item> all = new ArrayList<>();
            for (Types.NestedField column : schema.columns()) {
                all.add(
                        new Item(
                                column.name(),
                                schema.columns().indexOf(column),
                                new Compiled(column.type(), (batch, row) -> null)));
            }
            return all;
        }
        Compiled value = expressions.compile(expression);
        String alias = item.getAliasName();
        String name =
                Expressions.unquoted(
                        alias != null
                                ? alias
                                : expression instanceof Column column
                                        ? column.getColumnName()
                                        : expression.toString());
        return List.of(new Item(name, source(expression, schema), value));
    }

    private static int source(Expression expression, Schema schema) {
        if (!(expression instanceof Column column)) {
            return -1;
        }
        Types.NestedField field = schema.findField(Expressions.unquoted(column.getColumnName()));
        return field == null ? -1 : schema.columns().indexOf(field);
    }
}
