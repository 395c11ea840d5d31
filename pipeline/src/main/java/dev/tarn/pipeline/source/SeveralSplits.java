package dev.tarn.pipeline.source;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.row.Columns;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A source with `tables_configs`: one for each of its tables, all of one kind, read in turn.
public final class SeveralSplits implements SplitSource {
    private final Block block;
    private final List<SplitSource> sources;
    private final SequencedMap<String, Part> parts = new LinkedHashMap<>();

    /// A split of one of the sources.
    ///
    /// @param table number of the source's only table
    private record Part(int table, SplitSource source, Split split) {}

    /// @param sources of one table each
    public SeveralSplits(Block block, List<SplitSource> sources) {
        this.block = block;
        this.sources = List.copyOf(sources);
        for (int i = 0; i < sources.size(); i++) {
            for (Split split : sources.get(i).splits()) {
                // By its table's number, so that a file of two tables is loaded into each.
                String name = i == 0 ? split.name() : "%s#%s".formatted(split.name(), i + 1);
                parts.put(name, new Part(i, sources.get(i), split));
            }
        }
    }

    @Override
    public Block block() {
        return block;
    }

    @Override
    public List<Columns> tables() {
        List<Columns> tables = new ArrayList<>();
        sources.forEach(source -> tables.addAll(source.tables()));
        return tables;
    }

    @Override
    public List<Split> splits() {
        List<Split> splits = new ArrayList<>();
        parts.forEach((name, part) ->
                splits.add(new Split(name, part.split().bytes(), part.split().modified())));
        return splits;
    }

    @Override
    public boolean remembersSplits() {
        return sources.stream().allMatch(SplitSource::remembersSplits);
    }

    private Part part(Split split) {
        Part part = parts.get(split.name());
        if (part == null) {
            throw new IllegalArgumentException("No split is called " + split.name());
        }
        return part;
    }

    @Override
    public String fingerprint(Split split) throws IOException {
        return part(split).source().fingerprint(part(split).split());
    }

    @Override
    public @Nullable String changeOrNull(Split split) throws IOException {
        return part(split).source().changeOrNull(part(split).split());
    }

    @Override
    public SplitReader open(Split split, Position from, List<Set<String>> required)
            throws IOException {
        Part part = part(split);
        List<Set<String>> own = List.of(required.get(part.table()));
        return part.source()
                .open(part.split(), from, own)
                .mapped(batch -> batch.ofTable(part.table()));
    }
}
