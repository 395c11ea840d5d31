package dev.tarn.pipeline.transform;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.row.RowKind;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Columns of text at the end that tell where a row comes from and what happened to it.
///
/// @param texts for each of them its text, null for the kind of the row in two letters
/// @param full whether kinds are told by their names instead
/// @param inserts whether all rows become inserts
record Telling(
        Columns columns, int first, List<@Nullable String> texts, boolean full, boolean inserts)
        implements Transform {

    @Override
    public Batch apply(Batch batch) {
        Batch result = batch.widened(columns.schema());
        for (int i = 0; i < texts.size(); i++) {
            String text = texts.get(i);
            byte[] same = text == null ? null : bytes(text);
            for (int row = 0; row < batch.size(); row++) {
                result.bytes(first + i).set(row, same == null ? kind(batch.kind(row)) : same);
            }
        }
        return inserts ? result.asInserts() : result;
    }

    private byte[] kind(RowKind kind) {
        return bytes(full ? kind.name() : kind.sign());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
