package dev.tarn.pipeline.transform;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.job.Option;
import dev.tarn.pipeline.job.Option.Kind;
import dev.tarn.pipeline.job.OptionTable;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.transform.Projection.Picked;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Transforms that keep, leave out, copy and rename columns.
final class Projections {
    static final OptionTable FIELD_MAPPER =
            Fields.table(
                    "FieldMapper",
                    "Keeps the named columns only, in this order and with new names.",
                    Option.required(
                            "field_mapper", Kind.MAP, "`{ old = new }`, for each column kept."));

    static final OptionTable FILTER =
            Fields.table(
                    "Filter",
                    "Keeps or leaves out columns.",
                    Option.honoured(
                                    "include_fields",
                                    Kind.LIST,
                                    null,
                                    "The columns kept, in this order.")
                            .formerly("fields"),
                    Option.honoured("exclude_fields", Kind.LIST, null, "The columns left out."));

    static final OptionTable COPY =
            Fields.table(
                    "Copy",
                    "Copies columns to the end, under other names.",
                    Option.honoured("fields", Kind.MAP, null, "`{ new = old }`, in their order."),
                    Option.honoured("src_field", Kind.TEXT, null, "One column, with `dest_field`."),
                    Option.honoured("dest_field", Kind.TEXT, null, "The name of its copy."));

    static final OptionTable FIELD_RENAME =
            Fields.table(
                    "FieldRename",
                    "Renames columns by rules.",
                    Option.honoured(
                            "specific",
                            Kind.LIST,
                            null,
                            "`[{ field_name, target_name }]`: names of their own, to which nothing"
                                    + " else is done."),
                    Option.honoured("convert_case", Kind.TEXT, null, "`UPPER` or `LOWER`."),
                    Option.honoured(
                            "replacements_with_regex",
                            Kind.LIST,
                            null,
                            "`[{ replace_from, replace_to, is_regex }]`: the last one that finds"
                                + " something in the old name; without `is_regex` a whole name."),
                    Option.honoured("prefix", Kind.TEXT, null, "Before the name, at last."),
                    Option.honoured("suffix", Kind.TEXT, null, "Behind it."));

    private Projections() {}

    static Transform fieldMapper(Block block, Columns from) {
        List<Picked> picked = new ArrayList<>();
        block.texts("field_mapper", Map.of())
                .forEach(
                        (old, name) -> Fields.pick(block, "field_mapper", from, old, name, picked));
        return Fields.projection(block, "field_mapper", from, picked);
    }

    static Transform filter(Block block, Columns from) {
        List<Picked> picked = new ArrayList<>();
        boolean keeps = block.has("include_fields");
        if (keeps == block.has("exclude_fields")) {
            block.problem("include_fields", "expected either include_fields or exclude_fields");
        }
        if (keeps) {
            for (String name : block.texts("include_fields")) {
                Fields.pick(block, "include_fields", from, name, name, picked);
            }
            return Fields.projection(block, "include_fields", from, picked);
        }
        Set<Integer> out = new HashSet<>();
        for (String name : block.texts("exclude_fields")) {
            out.add(Fields.require(block, "exclude_fields", from, name));
        }
        for (int i = 0; i < from.schema().columns().size(); i++) {
            if (!out.contains(i)) {
                picked.add(new Picked(i, Fields.name(from, i)));
            }
        }
        return Fields.projection(block, "exclude_fields", from, picked);
    }

    static Transform copy(Block block, Columns from) {
        List<Picked> picked = new ArrayList<>(Fields.allOf(from));
        if (block.has("src_field") != block.has("dest_field")
                || block.has("src_field") == block.has("fields")) {
            block.problem("fields", "expected either fields, or src_field and dest_field");
        } else if (block.has("src_field")) {
            Fields.pick(
                    block,
                    "src_field",
                    from,
                    block.text("src_field"),
                    block.text("dest_field"),
                    picked);
        }
        block.texts("fields", Map.of())
                .forEach((name, old) -> Fields.pick(block, "fields", from, old, name, picked));
        return Fields.projection(block, "fields", from, picked);
    }

    static Transform fieldRename(Block block, Columns from) {
        var renaming = new Renaming(block);
        List<Picked> picked = new ArrayList<>();
        for (int i = 0; i < from.schema().columns().size(); i++) {
            picked.add(new Picked(i, renaming.renamed(Fields.name(from, i))));
        }
        return Fields.projection(block, "specific", from, picked);
    }
}
