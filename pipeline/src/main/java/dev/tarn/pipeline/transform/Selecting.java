package dev.tarn.pipeline.transform;

import dev.tarn.pipeline.PipelineException;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.transform.sql.Compiled;
import dev.tarn.pipeline.transform.sql.Query;
import java.util.List;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// The result of a query over the rows of one table.
record Selecting(Columns columns, Query query) implements Transform {

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
