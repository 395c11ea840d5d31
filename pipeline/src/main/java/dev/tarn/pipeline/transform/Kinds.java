package dev.tarn.pipeline.transform;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.job.Option;
import dev.tarn.pipeline.job.Option.Kind;
import dev.tarn.pipeline.job.OptionTable;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.row.RowKind;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/// Lets only rows of some kinds through.
record Kinds(Columns columns, Set<RowKind> kept) implements Transform {
    static final OptionTable FILTER_ROW_KIND =
            Fields.table(
                    "FilterRowKind",
                    "Keeps or leaves out rows by what they tell of. Rows of files are `INSERT`.",
                    Option.honoured("include_kinds", Kind.LIST, null, "The kinds kept."),
                    Option.honoured("exclude_kinds", Kind.LIST, null, "The kinds left out."));

    static Transform of(Block block, Columns from) {
        boolean includes = block.has("include_kinds");
        String option = includes ? "include_kinds" : "exclude_kinds";
        if (includes == block.has("exclude_kinds")) {
            block.problem(option, "expected either include_kinds or exclude_kinds");
        }
        Set<RowKind> named = EnumSet.noneOf(RowKind.class);
        for (String kind : block.texts(option)) {
            try {
                named.add(RowKind.valueOf(kind.toUpperCase(Locale.ROOT)));
            } catch (IllegalArgumentException e) {
                block.problem(
                        option,
                        "expected INSERT, UPDATE_BEFORE, UPDATE_AFTER or DELETE, found '%s'"
                                .formatted(kind));
            }
        }
        return new Kinds(
                from,
                includes
                        ? Set.copyOf(named)
                        : Set.copyOf(EnumSet.complementOf(EnumSet.copyOf(named))));
    }

    @Override
    public boolean passes(RowKind kind) {
        return kept.contains(kind);
    }

    @Override
    public Batch apply(Batch batch) {
        if (batch.insertsOnly()) {
            return kept.contains(RowKind.INSERT)
                    ? batch
                    : new Batch(batch.table(), columns.schema(), 0);
        }
        int[] rows = new int[batch.size()];
        int count = 0;
        for (int row = 0; row < batch.size(); row++) {
            if (kept.contains(batch.kind(row))) {
                rows[count++] = row;
            }
        }
        return batch.picked(rows, count);
    }
}
