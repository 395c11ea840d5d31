package dev.tarn.pipeline.transform;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Columns;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// A column of text cut into further columns; those without a part are null.
///
/// @param column the one that is cut
/// @param first of the columns that take the parts, all at the end
record Splitting(Columns columns, int column, int first, Pattern separator) implements Transform {

    @Override
    public Batch apply(Batch batch) {
        int parts = columns.schema().columns().size() - first;
        Batch result = batch.widened(columns.schema());
        for (int row = 0; row < batch.size(); row++) {
            if (batch.value(column, row) instanceof String text) {
                String[] cut = separator.split(text, parts);
                for (int i = 0; i < cut.length; i++) {
                    result.bytes(first + i).set(row, cut[i].getBytes(StandardCharsets.UTF_8));
                }
            }
        }
        return result;
    }
}
