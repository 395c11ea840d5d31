package dev.tarn.pipeline.source;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Rejections;
import java.io.IOException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A split, open for reading.
public interface SplitReader extends AutoCloseable {

    /// Up to `rowsMax` more rows, or null at the end. A row that does not fit goes to `rejections`
    /// and counts.
    @Nullable Batch next(int rowsMax, Rejections rejections) throws IOException;

    /// Behind the last batch.
    Position position();

    /// Whether reading can go on from [#position]. A commit waits for that, or for the end.
    default boolean settled() {
        return true;
    }

    /// Bytes of the split behind the last batch, for a progress bar.
    long bytesRead();

    @Override
    void close() throws IOException;

    /// The same split with each batch changed.
    default SplitReader mapped(UnaryOperator<Batch> change) {
        SplitReader rows = this;
        return new SplitReader() {
            @Override
            public @Nullable Batch next(int rowsMax, Rejections rejections) throws IOException {
                Batch batch = rows.next(rowsMax, rejections);
                return batch == null ? null : change.apply(batch);
            }

            @Override
            public Position position() {
                return rows.position();
            }

            @Override
            public boolean settled() {
                return rows.settled();
            }

            @Override
            public long bytesRead() {
                return rows.bytesRead();
            }

            @Override
            public void close() throws IOException {
                rows.close();
            }
        };
    }
}
