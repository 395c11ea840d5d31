package dev.tarn.pipeline.parquet;

import dev.tarn.pipeline.row.Vector;
import java.util.Optional;
import org.apache.iceberg.FieldMetrics;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.statistics.Statistics;

/// The values of one column on their way into pages, without those that are null.
///
/// Values gather raw until their page is full. Then, in one pass each, their least and greatest is
/// found, they are looked up among the words of the dictionary, and they are written.
sealed interface PageValues permits NumberValues, BytesValues {

    /// @param rows of the vector, none of them null
    void append(Vector vector, int[] rows, int count);

    /// Of the page that gathers, written plainly.
    int plainBytes();

    /// Memory held, in bytes.
    long memory();

    /// Tells the least and the greatest value of the page.
    void describe(Statistics<?> page);

    /// Ends the page: its values go to `out`, in the encoding returned.
    Encoding write(PageBuffer out);

    /// Ends the chunk: the words go to `out`, plainly; how many they are, 0 if no page used them.
    int writeWords(PageBuffer out);

    /// What Iceberg wants to know of a column beyond the file's own statistics, over all chunks.
    ///
    /// @param nulls how many values were null
    Optional<FieldMetrics<?>> metrics(int fieldId, long nulls);
}
