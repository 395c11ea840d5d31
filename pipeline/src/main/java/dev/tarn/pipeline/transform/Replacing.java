package dev.tarn.pipeline.transform;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.job.Option;
import dev.tarn.pipeline.job.Option.Kind;
import dev.tarn.pipeline.job.OptionTable;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Columns;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/// A column of text, each value replaced by another.
///
/// @param column which one
record Replacing(Columns columns, int column, UnaryOperator<String> replacement)
        implements Transform {
    static final OptionTable REPLACE =
            Fields.table(
                    "Replace",
                    "Replaces text in a column of strings.",
                    Option.required("replace_field", Kind.TEXT, "The column."),
                    Option.required("pattern", Kind.TEXT, "What is replaced."),
                    Option.required("replacement", Kind.TEXT, "What stands there instead."),
                    Option.honoured(
                            "is_regex",
                            Kind.TRUTH,
                            "false",
                            "Whether `pattern` is a regular expression of Java, and `$1` in"
                                    + " `replacement` its first group."),
                    Option.honoured(
                            "replace_first",
                            Kind.TRUTH,
                            "false",
                            "Only the first place, where `is_regex` is true."));

    static Transform of(Block block, Columns from) {
        int column = Fields.requireText(block, "replace_field", from);
        String pattern = block.text("pattern");
        String replacement = block.text("replacement");
        if (!block.truth("is_regex")) {
            return new Replacing(from, column, text -> text.replace(pattern, replacement));
        }
        Pattern compiled = Fields.pattern(block, "pattern", pattern);
        return new Replacing(
                from,
                column,
                block.truth("replace_first")
                        ? text -> compiled.matcher(text).replaceFirst(replacement)
                        : text -> compiled.matcher(text).replaceAll(replacement));
    }

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
