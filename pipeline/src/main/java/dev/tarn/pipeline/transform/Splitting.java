package dev.tarn.pipeline.transform;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.job.Option;
import dev.tarn.pipeline.job.Option.Kind;
import dev.tarn.pipeline.job.OptionTable;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Columns;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// A column of text cut into further columns; those without a part are null.
///
/// @param column the one that is cut
/// @param first of the columns that take the parts, all at the end
record Splitting(Columns columns, int column, int first, Pattern separator) implements Transform {
    static final OptionTable SPLIT =
            Fields.table(
                    "Split",
                    "Cuts a column of strings into further columns, at the end. What has fewer"
                            + " parts leaves null, the last part has what is left.",
                    Option.required("separator", Kind.TEXT, "A regular expression of Java."),
                    Option.required("split_field", Kind.TEXT, "The column, which stays."),
                    Option.required("output_fields", Kind.LIST, "Names of the parts."));

    static Transform of(Block block, Columns from) {
        int column = Fields.requireText(block, "split_field", from);
        return new Splitting(
                Fields.withTexts(block, "output_fields", from, block.texts("output_fields")),
                column,
                from.schema().columns().size(),
                Fields.pattern(block, "separator", block.text("separator")));
    }

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
