package dev.tarn.pipeline;

import dev.tarn.pipeline.sink.Branch;
import dev.tarn.pipeline.sink.RowWriter;
import dev.tarn.pipeline.sink.SchemaChanges;
import dev.tarn.pipeline.sink.UpsertWriter;
import dev.tarn.pipeline.sink.Written;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotUpdate;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.jspecify.annotations.Nullable;

/// A table this run writes to: its writer, and the table as it was at the start, with the columns
/// it is to have.
final class Target {
    private final TableIdentifier name;
    private final Table table;
    private final Hidden hidden;
    private final RowWriter writer;
    private final int mergeMin;
    private final Map<String, String> ofJob;
    private List<SchemaChanges> unapplied;
    private boolean isHidden;
    private Step step = Step.NONE;

    /// What the next commit does besides.
    private enum Step {
        NONE,
        HIDE,
        SHOW
    }

    /// @param table with `unapplied`, which the catalog has not got
    /// @param hidden the branch rows go to, and another one for a while
    /// @param mergeMin how many small files are merged at least, 0 for never
    /// @param ofJob properties of the table that the job sets for itself
    Target(
            TableIdentifier name,
            Table table,
            Hidden hidden,
            RowWriter writer,
            int mergeMin,
            Map<String, String> ofJob,
            List<SchemaChanges> unapplied) {
        this.name = name;
        this.table = table;
        this.hidden = hidden;
        this.writer = writer;
        this.mergeMin = mergeMin;
        this.ofJob = Map.copyOf(ofJob);
        this.unapplied = List.copyOf(unapplied);
    }

    TableIdentifier name() {
        return name;
    }

    Table table() {
        return table;
    }

    /// That rows go to now.
    Branch branch() {
        return isHidden ? hidden.branch() : hidden.home();
    }

    /// That readers look at.
    Branch home() {
        return hidden.home();
    }

    /// From the next commit on rows are hidden, or all are to be seen.
    void hide(boolean hides) {
        if (hides == isHidden) {
            step = Step.NONE;
            return;
        }
        step = hides ? Step.HIDE : Step.SHOW;
    }

    /// Whether hidden rows are there, and nobody has changed the table since.
    boolean hasHidden(Table now) {
        return now.uuid().equals(table.uuid()) && hidden.isWhole(now);
    }

    /// Goes on where rows were hidden; nothing was written yet.
    void stayHidden() {
        isHidden = true;
        moved();
    }

    private void moved() {
        if (writer instanceof UpsertWriter upsert) {
            upsert.moveTo(branch());
        }
    }

    /// Whether the next commit does something without files too.
    boolean hasStep() {
        return step != Step.NONE;
    }

    /// Behind the next commit.
    private boolean isHiddenThen() {
        return step == Step.NONE ? isHidden : step == Step.HIDE;
    }

    /// Adds what was written since the last commit; takes effect with the commit of `now`.
    ///
    /// @param sequence of the ledger before the commit
    void add(Written written, Table now, String pipeline, long sequence) {
        Branch to = prepare(now, written);
        if (!written.isEmpty()) {
            adding(written, now, to, pipeline, sequence, head(now, to)).commit();
        }
        Long last = head(now, to);
        if (step == Step.SHOW && last != null) {
            hidden.publish(now, last);
        }
    }

    /// What the next commit shows, null if nothing.
    @Nullable Hidden shown() {
        return step == Step.SHOW ? hidden : null;
    }

    /// Makes the table what files are added to: with the columns and the branch that the commit
    /// brings.
    ///
    /// @return the branch
    /// @throws ChangedException if it is not what was written for
    Branch prepare(Table now, Written written) {
        requireSame(now);
        requireIndexed(now);
        if (isHidden && !hidden.isWhole(now)) {
            throw new ChangedException(
                    "Table %s was changed by somebody else while its first rows were read"
                            .formatted(name));
        }
        evolve(now);
        if (!isHidden) {
            hidden.clear(now);
        }
        if (step != Step.HIDE) {
            return branch();
        }
        hidden.begin(now, !written.isEmpty());
        return hidden.branch();
    }

    RowWriter writer() {
        return writer;
    }

    int mergeMin() {
        return mergeMin;
    }

    Map<String, String> ofJob() {
        return ofJob;
    }

    /// Changes the columns of the table, in the commit that brings the first rows which have them.
    ///
    /// @throws ChangedException if they would not be what the files were written with
    private void evolve(Table now) {
        if (unapplied.isEmpty()) {
            return;
        }
        try {
            for (SchemaChanges changes : unapplied) {
                changes.applyTo(now.updateSchema()).commit();
            }
        } catch (IllegalArgumentException e) {
            throw changed(e.getMessage());
        }
        if (!now.schema().sameSchema(table.schema())) {
            throw changed("its columns are " + now.schema().asStruct());
        }
    }

    private ChangedException changed(@Nullable String what) {
        return new ChangedException(
                "Table %s was changed by somebody else while its columns were to change: %s"
                        .formatted(name, what));
    }

    /// The snapshot that the next commit builds on; null if there is none.
    static @Nullable Long head(Table table, Branch branch) {
        Snapshot snapshot = branch.head(table);
        return snapshot == null ? null : snapshot.snapshotId();
    }

    /// The files were written by the field ids of the table as it was at the start: in another one
    /// of the same name their columns would be taken for others.
    void requireSame(Table now) {
        if (!now.uuid().equals(table.uuid())) {
            throw new PipelineException(
                    "Table %s was dropped and made anew during the run".formatted(name));
        }
    }

    /// The index of keys is right for the snapshot it was read from, and for our own ones since.
    void requireIndexed(Table now) {
        if (writer instanceof UpsertWriter upsert
                && upsert.isIndexed()
                && !Objects.equals(head(now, branch()), upsert.snapshotId())) {
            throw new ChangedException(
                    "Table %s was changed by somebody else while rows were upserted into it"
                            .formatted(name));
        }
    }

    /// What [#add] did is in the table.
    void committed(Table now) {
        committed(head(now, isHiddenThen() ? hidden.branch() : home()));
    }

    /// What was written is in the table with this snapshot.
    void committed(@Nullable Long snapshot) {
        unapplied = List.of();
        isHidden = isHiddenThen();
        step = Step.NONE;
        moved();
        if (writer instanceof UpsertWriter upsert) {
            upsert.committed(snapshot);
        }
    }

    /// Files that no commit took.
    void delete(Written written) {
        written.data().forEach(file -> table.io().deleteFile(file.location()));
        // Deletion vectors of several data files lie in one file.
        written.deletes().stream()
                .map(DeleteFile::location)
                .distinct()
                .forEach(table.io()::deleteFile);
    }

    /// The change that adds the files to a table, not committed yet.
    ///
    /// @param sequence of the ledger before the commit; the commit's number is the next
    static SnapshotUpdate<?> adding(
            Written written,
            Table table,
            Branch branch,
            String pipeline,
            long sequence,
            @Nullable Long base) {
        SnapshotUpdate<?> update =
                written.deletes().isEmpty() ? append(written, table) : delta(written, table, base);
        update.set("tarn.pipeline", pipeline);
        update.set("tarn.pipeline-commit", Long.toString(sequence + 1));
        update.toBranch(branch.name());
        update.scanManifestsWith(new PromptExecutor());
        return update;
    }

    private static AppendFiles append(Written written, Table table) {
        AppendFiles append = table.newAppend();
        written.data().forEach(append::appendFile);
        return append;
    }

    private static RowDelta delta(Written written, Table table, @Nullable Long base) {
        RowDelta delta = table.newRowDelta();
        written.data().forEach(delta::addRows);
        written.deletes().forEach(delta::addDeletes);
        written.replaced().forEach(delta::removeDeletes);
        if (base != null) {
            delta.validateFromSnapshot(base);
        }
        delta.validateDataFilesExist(written.touched());
        delta.validateDeletedFiles();
        return delta;
    }
}
