package dev.tarn.pipeline.transform;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.job.Option;
import dev.tarn.pipeline.job.Option.Kind;
import dev.tarn.pipeline.job.OptionTable;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.row.RowKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Columns of text at the end that tell where a row comes from and what happened to it.
///
/// @param texts for each of them its text, null for the kind of the row in two letters
/// @param full whether kinds are told by their names instead
/// @param inserts whether all rows become inserts
record Telling(
        Columns columns, int first, List<@Nullable String> texts, boolean full, boolean inserts)
        implements Transform {
    static final OptionTable METADATA =
            Fields.table(
                    "Metadata",
                    "Adds columns of text that tell where a row comes from.",
                    Option.required(
                            "metadata_fields",
                            Kind.MAP,
                            "`{ Database = column, Table = column, RowKind = column }`, some of"
                                    + " them; a kind is `+I`, `-U`, `+U` or `-D`."));

    static final OptionTable ROW_KIND_EXTRACTOR =
            Fields.table(
                    "RowKindExtractor",
                    "Tells the kind of each row in a column and makes all rows inserts: a history"
                            + " instead of the state, without a key.",
                    Option.honoured(
                            "custom_field_name", Kind.TEXT, "row_kind", "The name of the column."),
                    Option.honoured(
                            "transform_type",
                            Kind.TEXT,
                            "SHORT",
                            "`SHORT`: `+I`, `-U`, `+U`, `-D`. `FULL`: `INSERT`, ..."));

    static Transform places(Block block, Columns from) {
        List<String> names = new ArrayList<>();
        List<@Nullable String> texts = new ArrayList<>();
        String[] path = (from.path() == null ? "" : from.path()).split("\\.");
        block.texts("metadata_fields", Map.of())
                .forEach((what, column) -> {
                    switch (what) {
                        case "Database" -> texts.add(path.length > 1 ? path[0] : "");
                        case "Table" -> texts.add(path[path.length - 1]);
                        case "RowKind" -> texts.add(null);
                        default -> {
                            block.problem(
                                    "metadata_fields",
                                    "expected Database, Table or RowKind, found '%s'"
                                            .formatted(what));
                            return;
                        }
                    }
                    names.add(column);
                });
        return new Telling(
                Fields.withTexts(block, "metadata_fields", from, names),
                from.schema().columns().size(),
                Collections.unmodifiableList(texts),
                false,
                false);
    }

    static Transform kinds(Block block, Columns from) {
        String type = block.text("transform_type").toUpperCase(Locale.ROOT);
        if (!List.of("SHORT", "FULL").contains(type)) {
            block.problem("transform_type", "expected SHORT or FULL, found '%s'".formatted(type));
        }
        List<String> names = List.of(block.text("custom_field_name"));
        Columns told = Fields.withTexts(block, "custom_field_name", from, names);
        return new Telling(
                // Of a row there may be several versions now.
                new Columns(told.schema(), told.path(), List.of()),
                from.schema().columns().size(),
                Collections.singletonList(null),
                type.equals("FULL"),
                true);
    }

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
