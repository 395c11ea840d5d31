package dev.tarn.pipeline.source;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Rejections;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The partitions of a log, open for reading.
public interface LogReader extends AutoCloseable {

    /// Up to `rowsMax` more rows of one table; none if there are none now; null at the end. A row
    /// that does not fit goes to `rejections` and counts.
    ///
    /// A table that changes ends the reading with a [SourceChangedException], behind the last row
    /// from before the change. If the reader is [#settled] then, its marks are those of that place.
    ///
    /// @param patient whether to wait a moment for rows where there are none
    @Nullable Batch next(int rowsMax, boolean patient, Rejections rejections) throws IOException;

    /// Behind the last batch, of all partitions.
    Map<String, Mark> marks();

    /// A place of a partition as people call it.
    default String place(String partition, Mark mark) {
        return Long.toString(mark.next());
    }

    /// Asked before a commit: whether what was read is still what was opened.
    ///
    /// @throws IOException if it is not, with the reason
    void verify() throws IOException;

    /// What lies before these marks is in the tables now.
    void committed(Map<String, Mark> marks);

    /// Bytes of all rows so far.
    long bytesRead();

    /// How far it is behind, as far as it knows.
    Lag lag();

    /// Whether the source may be left here: no transaction of the source is half read. A commit
    /// waits for that.
    default boolean settled() {
        return true;
    }

    /// Whether what lies before [#marks] is not one state of the source yet: nobody may see it.
    /// Only where a request allows parts.
    default boolean hidden() {
        return false;
    }

    /// Which rows from before the log are being read, for people; empty if none are.
    default String firstRows() {
        return "";
    }

    /// What the reader of a summary should know.
    List<String> notes();

    @Override
    void close();
}
