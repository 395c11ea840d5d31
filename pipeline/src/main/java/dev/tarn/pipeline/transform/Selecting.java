package dev.tarn.pipeline.transform;

import dev.tarn.pipeline.PipelineException;
import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.job.Option;
import dev.tarn.pipeline.job.Option.Kind;
import dev.tarn.pipeline.job.OptionTable;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.transform.sql.Compiled;
import dev.tarn.pipeline.transform.sql.Query;
import dev.tarn.pipeline.transform.sql.SqlProblem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// The result of a query over the rows of one table.
record Selecting(Columns columns, Query query) implements Transform {
    static final OptionTable SQL =
            Fields.table(
                    "Sql",
                    "The columns and rows of a query, `select a, upper(b) as c from t where d > 1`."
                            + " One table, by any name; no joins, groups, order, limits or"
                            + " sub-queries. `case`, `cast`, `in`, `between`, `like`, `is null`,"
                            + " `||`, arithmetic (exact: what does not fit ends the run) and the"
                            + " functions "
                            + String.join(", ", Query.functions())
                            + ". Text is compared with a date or number as one. Times are UTC.",
                    Option.required("query", Kind.TEXT, "The query."),
                    Option.withoutEffect("engine", Kind.TEXT, "There is one."));

    static Transform of(Block block, Columns from) {
        try {
            Query query = Query.of(block.text("query"), from.schema());
            List<Types.NestedField> fields = new ArrayList<>();
            int[] nestedId = {query.items().size()};
            Set<String> plain = new HashSet<>();
            for (Query.Item item : query.items()) {
                boolean same = item.source() >= 0;
                Types.NestedField column = same ? from.schema().columns().get(item.source()) : null;
                if (column != null && column.name().equals(item.name())) {
                    plain.add(item.name());
                }
                fields.add(
                        Types.NestedField.builder()
                                .withId(fields.size() + 1)
                                .withName(item.name())
                                .ofType(
                                        TypeUtil.assignFreshIds(
                                                item.value().type(), () -> ++nestedId[0]))
                                .isOptional(column == null || column.isOptional())
                                .build());
            }
            boolean keyed = plain.containsAll(from.primaryKey());
            return new Selecting(
                    new Columns(
                            new Schema(fields), from.path(), keyed ? from.primaryKey() : List.of()),
                    query);
        } catch (SqlProblem e) {
            block.problem("query", String.valueOf(e.getMessage()));
            return new NoRows(from);
        }
    }

    @Override
    public Batch apply(Batch batch) {
        Batch rows = kept(batch);
        List<Query.Item> items = query.items();
        int[] sources = items.stream().mapToInt(Query.Item::source).toArray();
        Batch result = rows.project(columns.schema(), sources);
        for (int i = 0; i < sources.length; i++) {
            if (sources[i] < 0) {
                Types.NestedField column = columns.schema().columns().get(i);
                for (int row = 0; row < rows.size(); row++) {
                    result.put(i, row, value(items.get(i).value(), rows, row, column.name()));
                }
            }
        }
        return result;
    }

    private Batch kept(Batch batch) {
        Compiled where = query.whereOrNull();
        if (where == null) {
            return batch;
        }
        int[] rows = new int[batch.size()];
        int count = 0;
        for (int row = 0; row < batch.size(); row++) {
            if (Boolean.TRUE.equals(value(where, batch, row, "WHERE"))) {
                rows[count++] = row;
            }
        }
        return count == batch.size() ? batch : batch.picked(rows, count);
    }

    private static @Nullable Object value(Compiled of, Batch batch, int row, String what) {
        try {
            return of.at(batch, row);
        } catch (IllegalArgumentException e) {
            throw new PipelineException("Sql, %s: %s".formatted(what, e.getMessage()), e);
        }
    }
}
