package dev.tarn.pipeline.source;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A source with an end, read one split after the other.
public non-sealed interface SplitSource extends Source {

    /// All splits, in the order they are read.
    List<Split> splits();

    /// Whether a split that was read to its end is left out of the next run, unless it changed.
    boolean remembersSplits();

    /// Tells one content of a split from another: equal texts mean equal bytes.
    String fingerprint(Split split) throws IOException;

    /// How a split differs from what [#splits] said of it, or null if it does not.
    @Nullable String changeOrNull(Split split) throws IOException;

    /// @param required for each table the columns in which a null does not fit
    SplitReader open(Split split, Position from, List<Set<String>> required) throws IOException;
}
