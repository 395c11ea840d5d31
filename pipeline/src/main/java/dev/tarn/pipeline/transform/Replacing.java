package dev.tarn.pipeline.transform;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Columns;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;

/// A column of text, each value replaced by another.
///
/// @param column which one
record Replacing(Columns columns, int column, UnaryOperator<String> replacement)
        implements Transform {

    @Override
    public Batch apply(Batch batch) {
        Batch result = batch.renewed(columns.schema(), column);
        for (int row = 0; row < batch.size(); row++) {
            if (batch.value(column, row) instanceof String text) {
                byte[] bytes = replacement.apply(text).getBytes(StandardCharsets.UTF_8);
                result.bytes(column).set(row, bytes);
            }
        }
        return result;
    }
}
