package dev.tarn.pipeline.source;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A source that others append to, in several partitions at once.
public non-sealed interface LogSource extends Source {

    /// How it tells of columns that are renamed.
    default Naming naming() {
        return Naming.SILENT;
    }

    /// Tells a table from another one that has its name.
    ///
    /// @param table its number in [#tables()]
    default String identity(int table) {
        return "";
    }

    /// @param stored where the reading of each partition goes on; empty if nothing was ever read
    /// @param required for each table the columns in which a null does not fit
    /// @param renames columns that are known to have had another name
    /// @param endless whether to go on reading what comes in, or to end at what is the end now
    /// @throws IOException if a partition cannot be read from where it was left
    LogReader open(
            Map<String, Mark> stored, List<Set<String>> required, Renames renames, boolean endless)
            throws IOException;
}
