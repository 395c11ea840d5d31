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

    /// How the log is to be read.
    ///
    /// @param stored where the reading of each partition goes on; empty if nothing was ever read
    /// @param required for each table the columns in which a null does not fit
    /// @param renames columns that are known to have had another name
    /// @param endless whether to go on reading what comes in, or to end at what is the end now
    /// @param inParts whether rows may be given that are not of one state of the source, as long as
    ///   the reader says that they are [LogReader#hidden]: each key's last row counts
    record Request(
            Map<String, Mark> stored,
            List<Set<String>> required,
            Renames renames,
            boolean endless,
            boolean inParts) {

        /// Of one table of several, with the marks of that table.
        Request of(int table, Map<String, Mark> its) {
            return new Request(its, List.of(required.get(table)), renames, endless, inParts);
        }

        /// As if nothing had ever been read.
        public Request anew() {
            return new Request(Map.of(), required, renames, endless, inParts);
        }
    }

    /// @throws IOException if a partition cannot be read from where it was left
    LogReader open(Request request) throws IOException;
}
