package dev.tarn.pipeline.sink;

import dev.tarn.pipeline.parquet.ParquetBatches;
import dev.tarn.pipeline.row.Batch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.LongPredicate;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.util.ContentFileUtil;

/// Reads where the key of each row of a table lies: the key columns of its data files, less what is
/// deleted.
final class KeyScan {
    private static final int BATCH_ROWS = 4_096;

    private final Table table;
    private final Branch branch;
    private final Schema keyColumns;
    private final Deletions deletions;

    KeyScan(Table table, Branch branch, Schema keyColumns) {
        this.table = table;
        this.branch = branch;
        this.keyColumns = keyColumns;
        this.deletions = new Deletions(table);
    }

    /// Is told of each row.
    interface Listener {
        /// @param key with internal values, valid until the next call
        void row(StructLike key, Place file, long position);
    }

    /// @throws IllegalArgumentException if the table has files that cannot be read for it
    void read(Listener listener) {
        try (CloseableIterable<FileScanTask> files = branch.scan(table).planFiles()) {
            for (FileScanTask file : files) {
                read(file, listener);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read(FileScanTask task, Listener listener) throws IOException {
        deletions.requireParquet(task.file().format(), task.file().location());
        var place = new Place(task.file().location(), task.spec(), task.file().partition());
        place.commit();
        for (DeleteFile deletes : task.deletes()) {
            if (ContentFileUtil.isDV(deletes)) {
                place.vector(deletes);
            }
        }
        LongPredicate deleted = deletions.of(task);
        Columnwise columns = Columnwise.same(keyColumns);
        try (var batches =
                new ParquetBatches(table.io().newInputFile(place.location()), keyColumns)) {
            long position = 0;
            for (Batch batch = batches.next(BATCH_ROWS);
                    batch != null;
                    batch = batches.next(BATCH_ROWS)) {
                Batch.View view = columns.view(batch, keyColumns.asStruct());
                StructLike key = view.internal();
                for (int row = 0; row < batch.size(); row++) {
                    if (!deleted.test(position)) {
                        view.at(row);
                        listener.row(key, place, position);
                    }
                    position++;
                }
            }
        }
    }

    /// The columns of a key.
    static Schema keyColumns(Table table, List<Integer> ids) {
        return new Schema(ids.stream().map(id -> table.schema().findField(id)).toList());
    }
}
