package dev.tarn.pipeline.sink;

import dev.tarn.pipeline.parquet.ParquetAppender;
import dev.tarn.pipeline.parquet.ParquetBatches;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Vector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongPredicate;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableUtil;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.util.ContentFileUtil;
import org.jspecify.annotations.Nullable;

/// Writes small files of a table anew, as few larger ones, without the rows that are deleted.
///
/// ```
/// scan of the table ─▶ MergePlan ─▶ rows that are left ─▶ TableWriter  ─▶ Merged ─▶ RewriteFiles
///                                      └▶ Moves: where each lies now
///                   └▶ position delete files of one partition ─▶ one of them (version 2)
/// ```
///
/// In a table of format version 3 a row keeps its `_row_id` and the number of the commit that
/// changed it last. Left alone are files that are no Parquet, have equality deletes or another
/// partition spec than the table has now.
public final class Merger {
    /// The part of a file's target size that a merged file has at most.
    private static final int LARGE_PART = 4;

    private static final int BATCH_ROWS = 4_096;

    private final Table table;
    private final Branch branch;
    private final int filesMin;
    private final long largeBytes;
    private final boolean hasLineage;
    private final Schema schema;
    private final TableWriter writer;
    private final PositionDeletes positionDeletes;
    private final Memory.Share memory;
    private final @Nullable UpsertWriter upsert;
    private final Moves moves;
    private final List<DataFile> written = new ArrayList<>();

    /// The property of a table by which so many of its small files are merged, or 0 for never.
    public static final String MIN_INPUT_FILES = "tarn.merge.min-input-files";

    private static final int MIN_INPUT_FILES_DEFAULT = 16;

    /// @throws IllegalArgumentException if the property has another value
    public static int filesMin(String table, Map<String, String> properties) {
        String text =
                properties.getOrDefault(MIN_INPUT_FILES, String.valueOf(MIN_INPUT_FILES_DEFAULT));
        if (!text.matches("0|[2-9]|[1-9]\\d{1,5}")) {
            throw new IllegalArgumentException(
                    "Table %s: %s, expected 0 or a number from 2 on, found '%s'"
                            .formatted(table, MIN_INPUT_FILES, text));
        }
        return Integer.parseInt(text);
    }

    /// @param table as it is now
    /// @param properties of the table, with those of the job on top
    /// @param filesMin so many small files are merged, not less
    /// @param upsert whose index has to know where rows lie, null if there is none
    public Merger(
            Table table,
            Branch branch,
            Map<String, String> properties,
            int filesMin,
            Memory.Share memory,
            @Nullable UpsertWriter upsert) {
        this.table = table;
        this.branch = branch;
        this.filesMin = filesMin;
        this.largeBytes =
                Math.min(TableWriter.fileBytesMax(properties) / LARGE_PART, memory.room());
        this.hasLineage = TableUtil.formatVersion(table) >= 3;
        this.schema =
                hasLineage ? MetadataColumns.schemaWithRowLineage(table.schema()) : table.schema();
        this.writer = new TableWriter(table, schema, properties);
        this.positionDeletes = new PositionDeletes(table, ParquetAppender.Layout.of(properties));
        this.memory = memory;
        this.upsert = upsert;
        this.moves = upsert == null ? Moves.NONE : upsert.moves();
    }

    /// What a merge makes of a table, for one commit.
    ///
    /// @param isWhole whether nothing is left that could be merged now
    public record Merged(
            List<DataFile> removed,
            List<DeleteFile> removedDeletes,
            List<DataFile> added,
            List<DeleteFile> addedDeletes,
            boolean isWhole) {

        public Merged {
            removed = List.copyOf(removed);
            removedDeletes = List.copyOf(removedDeletes);
            added = List.copyOf(added);
            addedDeletes = List.copyOf(addedDeletes);
        }

        public boolean isEmpty() {
            return removed.isEmpty() && removedDeletes.isEmpty();
        }

        public void applyTo(RewriteFiles rewrite) {
            removed.forEach(rewrite::deleteFile);
            removedDeletes.forEach(rewrite::deleteFile);
            added.forEach(rewrite::addFile);
            addedDeletes.forEach(rewrite::addFile);
        }

        /// Where rows lie no longer.
        Set<String> gone() {
            Set<String> gone = new HashSet<>();
            removed.forEach(file -> gone.add(file.location()));
            return gone;
        }
    }

    /// Writes the files. None of them is the table's yet.
    public Merged merge() {
        List<FileScanTask> tasks = tasks();
        Map<String, Long> rowsLeft = upsert == null ? null : upsert.rowsLeft().orElse(null);
        List<MergePlan.Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < tasks.size(); i++) {
            if (isReadable(tasks.get(i))) {
                candidates.add(candidate(i, tasks.get(i), rowsLeft));
            }
        }
        MergePlan plan = MergePlan.of(candidates, filesMin, largeBytes);
        var deletions = new Deletions(table);
        List<FileScanTask> merged = new ArrayList<>();
        for (List<MergePlan.Candidate> group : plan.groups()) {
            for (MergePlan.Candidate file : group) {
                FileScanTask task = tasks.get(file.number());
                merged.add(task);
                if (!isAllDeleted(task)) {
                    write(task, deletions.of(task));
                }
            }
            List<DataFile> made = writer.complete().data();
            written.addAll(made);
            memory.holds(0);
            requireFewer(group.size(), made.size());
        }
        DeleteMerge.Deletes deletes =
                new DeleteMerge(table, filesMin, positionDeletes, deletions).merge(tasks, merged);
        return new Merged(
                merged.stream().map(FileScanTask::file).toList(),
                deletes.removed(),
                written,
                deletes.added(),
                plan.isWhole());
    }

    private static boolean isAllDeleted(FileScanTask task) {
        return task.deletes().stream()
                .anyMatch(deletes ->
                        ContentFileUtil.isDV(deletes)
                                && deletes.recordCount() == task.file().recordCount());
    }

    private static void requireFewer(int before, int after) {
        if (before > 1 && 2 * after > before) {
            throw new IllegalStateException(
                    "%s files became %s, there is too little memory for larger ones"
                            .formatted(before, after));
        }
    }

    /// All files of the branch, in the order in which they came.
    private List<FileScanTask> tasks() {
        List<FileScanTask> tasks = new ArrayList<>();
        try (CloseableIterable<FileScanTask> files = branch.scan(table).planFiles()) {
            files.forEach(tasks::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        tasks.sort(
                Comparator.comparingLong(
                                (FileScanTask task) -> orZero(task.file().dataSequenceNumber()))
                        .thenComparing(task -> task.file().location()));
        return tasks;
    }

    private static long orZero(@Nullable Long number) {
        return number == null ? 0 : number;
    }

    private boolean isReadable(FileScanTask task) {
        return task.file().format() == FileFormat.PARQUET
                && task.file().specId() == table.spec().specId()
                && task.deletes().stream()
                        .allMatch(deletes ->
                                ContentFileUtil.isDV(deletes) || DeleteMerge.isPositions(deletes));
    }

    private static MergePlan.Candidate candidate(
            int number, FileScanTask task, @Nullable Map<String, Long> rowsLeft) {
        DataFile file = task.file();
        long deleted = 0;
        for (DeleteFile deletes : task.deletes()) {
            // One of several data files does not tell how many of its rows are this one's.
            if (file.location().equals(ContentFileUtil.referencedDataFileLocation(deletes))) {
                deleted += deletes.recordCount();
            }
        }
        if (rowsLeft != null) {
            deleted = file.recordCount() - rowsLeft.getOrDefault(file.location(), 0L);
        }
        return new MergePlan.Candidate(
                number,
                PositionDeletes.group(task.spec(), file.partition()),
                file.recordCount(),
                deleted,
                file.fileSizeInBytes());
    }

    private void write(FileScanTask task, LongPredicate deleted) {
        Columnwise columns = Columnwise.same(schema);
        int[] left = new int[BATCH_ROWS];
        try (var batches =
                new ParquetBatches(table.io().newInputFile(task.file().location()), schema)) {
            for (Batch batch = batches.next(BATCH_ROWS);
                    batch != null;
                    batch = batches.next(BATCH_ROWS)) {
                long first = batches.position() - batch.size();
                if (hasLineage) {
                    inherit(batch, task.file(), first);
                }
                int count = 0;
                for (int row = 0; row < batch.size(); row++) {
                    if (!deleted.test(first + row)) {
                        left[count++] = row;
                    }
                }
                Batch.View view = columns.view(batch, schema.asStruct());
                StructLike shown = view.internal();
                Moves.Row move = moves.of(task.file().location(), shown);
                writer.write(
                        batch,
                        columns,
                        left,
                        count,
                        (row, place, position) -> {
                            view.at(row);
                            move.moved(first + row, place, position);
                        });
                relieve();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What a row that does not say it has from its file. A file without a first row id has none to
    /// give: its rows get theirs with the new file.
    private void inherit(Batch batch, DataFile file, long first) {
        Long firstRowId = file.firstRowId();
        Long sequenceNumber = file.dataSequenceNumber();
        if (firstRowId == null || sequenceNumber == null) {
            return;
        }
        int column = schema.columns().size() - 2;
        var ids = (Vector.Longs) batch.vector(column);
        var updated = (Vector.Longs) batch.vector(column + 1);
        for (int row = 0; row < batch.size(); row++) {
            if (ids.isNull(row)) {
                ids.set(row, firstRowId + first + row);
            }
            if (updated.isNull(row)) {
                updated.set(row, sequenceNumber);
            }
        }
    }

    private void relieve() {
        memory.holds(writer.buffered());
        while (memory.mustGive() && writer.endLargest()) { // ends: each step ends a file
            memory.holds(writer.buffered());
        }
    }

    /// The files are the table's.
    ///
    /// @param snapshot the table's now
    public void committed(Merged merged, @Nullable Long snapshot) {
        if (upsert != null) {
            upsert.moved(merged.gone(), snapshot);
        }
    }

    /// It cannot be told whether the files are the table's: where rows lie is read anew.
    public void forget() {
        memory.holds(0);
        if (upsert != null) {
            upsert.forget();
        }
    }

    /// Surely the files are not the table's: they are deleted.
    public void abort() {
        forget();
        writer.abort();
        positionDeletes.abort();
        written.forEach(file -> table.io().deleteFile(file.location()));
    }
}
