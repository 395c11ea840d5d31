package dev.tarn.pipeline.sink;

import dev.tarn.pipeline.parquet.ParquetBatches;
import dev.tarn.pipeline.row.Batch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongPredicate;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.io.DeleteSchemaUtil;
import org.apache.iceberg.io.SeekableInputStream;
import org.apache.iceberg.util.ContentFileUtil;

/// Reads which rows of data files are deleted, from deletion vectors and position delete files. A
/// delete file of several data files is read once.
final class Deletions {
    private static final int BATCH_ROWS = 4_096;

    private final Table table;
    private final Map<String, Map<String, BitSet>> read = new HashMap<>();

    Deletions(Table table) {
        this.table = table;
    }

    /// Whether the row at a position of the file is deleted.
    ///
    /// @throws IllegalArgumentException if there are equality deletes, or deletes that are no
    ///   Parquet
    LongPredicate of(FileScanTask task) {
        List<LongPredicate> all = new ArrayList<>();
        for (DeleteFile deletes : task.deletes()) {
            if (ContentFileUtil.isDV(deletes)) {
                all.add(vector(table, deletes)::isDeleted);
                continue;
            }
            requirePositions(deletes);
            BitSet positions =
                    read.computeIfAbsent(deletes.location(), _ -> positions(deletes))
                            .get(task.file().location());
            if (positions != null) {
                all.add(position -> positions.get((int) position));
            }
        }
        return position -> all.stream().anyMatch(one -> one.test(position));
    }

    private void requirePositions(DeleteFile deletes) {
        switch (deletes.content()) {
            case POSITION_DELETES -> requireParquet(deletes.format(), deletes.location());
            case EQUALITY_DELETES ->
                    throw new IllegalArgumentException(
                            "Table %s has equality deletes, which an upsert cannot read: rewrite its data files first, for example by Spark's rewrite_data_files"
                                    .formatted(table.name()));
            default -> throw new IllegalStateException("No deletes: " + deletes.location());
        }
    }

    void requireParquet(FileFormat format, String location) {
        if (format != FileFormat.PARQUET) {
            throw new IllegalArgumentException(
                    "Table %s has files of the format %s, an upsert reads Parquet only: %s"
                            .formatted(table.name(), format, location));
        }
    }

    /// What a position delete file says of each data file.
    Map<String, BitSet> positions(DeleteFile deletes) {
        Map<String, BitSet> positions = new HashMap<>();
        try (var batches =
                new ParquetBatches(
                        table.io().newInputFile(deletes.location()),
                        DeleteSchemaUtil.pathPosSchema())) {
            for (Batch batch = batches.next(BATCH_ROWS);
                    batch != null;
                    batch = batches.next(BATCH_ROWS)) {
                for (int row = 0; row < batch.size(); row++) {
                    String path = String.valueOf(batch.value(0, row));
                    long position = (long) Objects.requireNonNull(batch.value(1, row));
                    positions
                            .computeIfAbsent(path, _ -> new BitSet())
                            .set(Math.toIntExact(position));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return positions;
    }

    /// Reads a deletion vector.
    static PositionDeleteIndex vector(Table table, DeleteFile file) {
        long offset = Objects.requireNonNull(file.contentOffset());
        long size = Objects.requireNonNull(file.contentSizeInBytes());
        try (SeekableInputStream in = table.io().newInputFile(file.location()).newStream()) {
            in.seek(offset);
            byte[] bytes = in.readNBytes(Math.toIntExact(size));
            return PositionDeleteIndex.deserialize(bytes, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
