package dev.tarn.pipeline.sink;

import dev.tarn.pipeline.parquet.ParquetRows;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DeleteSchemaUtil;
import org.apache.iceberg.io.SeekableInputStream;
import org.apache.iceberg.util.ContentFileUtil;
import org.jspecify.annotations.Nullable;

/// Reads where the key of each row of a table lies: the key columns of its data files, less what is
/// deleted.
final class KeyScan {
    private final Table table;
    private final Branch branch;
    private final Schema keyColumns;
    private final Map<String, Map<String, Set<Long>>> positionDeletes = new HashMap<>();

    KeyScan(Table table, Branch branch, Schema keyColumns) {
        this.table = table;
        this.branch = branch;
        this.keyColumns = keyColumns;
    }

    /// Is told of each row.
    interface Listener {
        /// @param key with generic values
        void row(Record key, Place file, long position);
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
        requireParquet(task.file());
        var place = new Place(task.file().location(), task.spec(), task.file().partition());
        place.commit();
        PositionDeleteIndex vector = null;
        Set<Long> deleted = new HashSet<>();
        for (DeleteFile deletes : task.deletes()) {
            if (deletes.content() == FileContent.EQUALITY_DELETES) {
                throw new IllegalArgumentException(
                        "Table %s has equality deletes, which an upsert cannot read: rewrite its data files first, for example by Spark's rewrite_data_files"
                                .formatted(table.name()));
            }
            if (ContentFileUtil.isDV(deletes)) {
                vector = vector(deletes);
                place.vector(deletes);
            } else {
                requireParquet(deletes);
                deleted.addAll(positions(deletes).getOrDefault(place.location(), Set.of()));
            }
        }
        try (var rows = new ParquetRows(table.io().newInputFile(place.location()), keyColumns)) {
            long position = 0;
            for (Record row = rows.next(); row != null; row = rows.next()) {
                if (!isDeleted(vector, deleted, position)) {
                    listener.row(row, place, position);
                }
                position++;
            }
        }
    }

    private static boolean isDeleted(
            @Nullable PositionDeleteIndex vector, Set<Long> deleted, long position) {
        return (vector != null && vector.isDeleted(position)) || deleted.contains(position);
    }

    private void requireParquet(ContentFile<?> file) {
        if (file.format() != FileFormat.PARQUET) {
            throw new IllegalArgumentException(
                    "Table %s has files of the format %s, an upsert reads Parquet only: %s"
                            .formatted(table.name(), file.format(), file.location()));
        }
    }

    private Map<String, Set<Long>> positions(DeleteFile deletes) {
        return positionDeletes.computeIfAbsent(
                deletes.location(),
                location -> {
                    Map<String, Set<Long>> byFile = new HashMap<>();
                    try (var rows =
                            new ParquetRows(
                                    table.io().newInputFile(location),
                                    DeleteSchemaUtil.pathPosSchema())) {
                        for (Record row = rows.next(); row != null; row = rows.next()) {
                            byFile.computeIfAbsent(row.get(0).toString(), file -> new HashSet<>())
                                    .add((Long) row.get(1));
                        }
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                    return byFile;
                });
    }

    private PositionDeleteIndex vector(DeleteFile file) {
        return vector(table, file);
    }

    /// Reads a deletion vector.
    static PositionDeleteIndex vector(Table table, DeleteFile file) {
        long offset = java.util.Objects.requireNonNull(file.contentOffset());
        long size = java.util.Objects.requireNonNull(file.contentSizeInBytes());
        try (SeekableInputStream in = table.io().newInputFile(file.location()).newStream()) {
            in.seek(offset);
            byte[] bytes = in.readNBytes(Math.toIntExact(size));
            return PositionDeleteIndex.deserialize(bytes, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The keys of these rows with internal values.
    static InternalRecordWrapper internal(Schema keyColumns) {
        return new InternalRecordWrapper(keyColumns.asStruct());
    }

    /// The columns of a key.
    static Schema keyColumns(Table table, List<Integer> ids) {
        return new Schema(ids.stream().map(id -> table.schema().findField(id)).toList());
    }
}
