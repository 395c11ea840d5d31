package dev.tarn.pipeline;

import dev.tarn.pipeline.lake.ForeignCatalog;
import dev.tarn.pipeline.sink.Branch;
import dev.tarn.pipeline.sink.Written;
import dev.tarn.store.OutcomeUnknownException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotAncestryValidator;
import org.apache.iceberg.SnapshotUpdate;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.util.SnapshotUtil;
import org.jspecify.annotations.Nullable;

/// One table of another catalog after the other, by the ledger's word.
///
/// The ledger decides: once it holds a commit, every table gets it, by this run or by the next one.
/// A table gets it once, whoever sends it and how often: a snapshot is only added behind a history
/// that does not have its id, and the catalog takes it only if that history is still the table's. A
/// run that was taken over cannot decide anything any more; what it decided before, the other has
/// ended already.
final class TableByTable implements Publisher {
    private final String pipeline;
    private final ForeignCatalog catalog;
    private final Ledger ledger;

    TableByTable(String pipeline, ForeignCatalog catalog, Ledger ledger) {
        this.pipeline = pipeline;
        this.catalog = catalog;
        this.ledger = ledger;
    }

    /// A commit is decided, and not all tables have it. The next run ends it.
    static final class HalfDone extends RuntimeException {
        HalfDone(String message, Throwable cause) {
            super(message, cause);
        }
    }

    @Override
    public void publish(Commit commit) {
        Map<Target, Proposed> decided = new LinkedHashMap<>();
        try {
            commit.files()
                    .forEach((target, written) ->
                            decided.put(target, proposed(target, written, commit.sequence())));
            decide(commit, decided.values().stream().map(Proposed::pending).toList());
        } catch (CommitFailedException | Ledger.Fenced | PipelineException e) {
            commit.discard();
            throw e;
        }
        decided.forEach((target, proposed) -> {
            Pending pending = proposed.pending();
            Snapshot made = end(pending, proposed.table());
            // Behind the snapshot of somebody else the index of keys is not right any more.
            if (made == null) {
                target.committed(pending.base());
            } else if (Objects.equals(made.parentId(), pending.base())) {
                target.committed(made.snapshotId());
            }
        });
        if (!decided.isEmpty()) {
            ledger.ended(commit.epoch(), commit.sequence());
        }
    }

    /// @param table as it was then
    private record Proposed(Pending pending, Table table) {}

    private Proposed proposed(Target target, Written written, long sequence) {
        Table table = catalog.load(target.name());
        Branch to = target.prepare(table, written);
        var pending =
                new Pending(
                        sequence,
                        catalog.title(),
                        target.name(),
                        UUID.randomUUID().toString(),
                        table.uuid().toString(),
                        to,
                        Target.head(table, to),
                        Pending.content(written, table.specs(), target.shown()));
        return new Proposed(pending, table);
    }

    private void decide(Commit commit, List<Pending> decided) {
        try {
            catalog.begin()
                    .commit(tx -> {
                        commit.save().accept(tx);
                        ledger.savePending(tx, decided);
                    });
        } catch (OutcomeUnknownException e) {
            if (!ledger.committed(commit.epoch(), commit.sequence())) {
                throw e;
            }
        }
    }

    @Override
    public void recover(long epoch) {
        Pending.requireNone(ledger, catalog.title());
        for (Pending pending : ledger.pending()) {
            Table table;
            try {
                table = catalog.load(pending.table());
            } catch (RuntimeException e) {
                throw halfDone(pending, e);
            }
            end(pending, table);
        }
        ledger.ended(epoch, Long.MAX_VALUE);
    }

    /// The table gets what was decided, unless it has it. Returns the snapshot that holds its
    /// files, null if there are none.
    private @Nullable Snapshot end(Pending pending, Table table) {
        try {
            requireSame(pending, table);
            Snapshot made = null;
            if (!pending.written(table).isEmpty()) {
                made = madeOrNull(pending, table);
                made = made == null ? add(pending, table) : made;
            }
            Hidden shown = pending.shown();
            Long last = made == null ? pending.base() : Long.valueOf(made.snapshotId());
            if (shown != null && last != null) {
                shown.publish(table, last);
            }
            return made;
        } catch (ValidationException | IllegalArgumentException e) {
            throw new PipelineException(
                    "Table %s was changed by somebody else in the moment of a commit, rows that were to be deleted lie elsewhere now: run the job with --again (%s)"
                            .formatted(pending.table(), e.getMessage()),
                    e);
        } catch (PipelineException e) {
            throw e;
        } catch (RuntimeException e) {
            throw halfDone(pending, e);
        }
    }

    private Snapshot add(Pending pending, Table table) {
        SnapshotUpdate<?> update =
                Target.adding(
                        pending.written(table),
                        table,
                        pending.branch(),
                        pipeline,
                        pending.sequence(),
                        pending.base());
        update.set(Pending.PROPERTY, pending.id());
        update.validateWith(without(pending.id()));
        try {
            update.commit();
        } catch (CommitFailedException | CommitStateUnknownException | ValidationException e) {
            // It may be there: sent by us and not answered, or by a run that was taken over.
            table.refresh();
            Snapshot made = madeOrNull(pending, table);
            if (made == null) {
                throw e;
            }
            return made;
        }
        Snapshot made = madeOrNull(pending, table);
        if (made == null) {
            throw new IllegalStateException("The catalog took a snapshot and does not show it");
        }
        return made;
    }

    private static SnapshotAncestryValidator without(String id) {
        return history -> {
            for (Snapshot snapshot : history) {
                if (id.equals(snapshot.summary().get(Pending.PROPERTY))) {
                    return false;
                }
            }
            return true;
        };
    }

    private static void requireSame(Pending pending, Table table) {
        if (!table.uuid().toString().equals(pending.uuid())) {
            throw new PipelineException(
                    "Table %s was dropped and made anew before it had all of a commit: run the job with --again"
                            .formatted(pending.table()));
        }
    }

    /// The snapshot with what was decided, null if surely there is none.
    ///
    /// @throws PipelineException if the history of the table ends before it can be told
    private static @Nullable Snapshot madeOrNull(Pending pending, Table table) {
        Hidden shown = pending.shown();
        boolean isThere = table.refs().containsKey(pending.branch().name());
        Branch branch = shown == null || isThere ? pending.branch() : shown.home();
        Long head = Target.head(table, branch);
        Long last = head;
        if (head != null) {
            for (Snapshot snapshot : SnapshotUtil.ancestorsOf(head, table::snapshot)) {
                if (pending.id().equals(snapshot.summary().get(Pending.PROPERTY))) {
                    return snapshot;
                }
                if (Objects.equals(snapshot.snapshotId(), pending.base())) {
                    return null;
                }
                last = snapshot.parentId();
            }
        }
        if (!Objects.equals(last, pending.base())) {
            throw new PipelineException(
                    "Table %s has lost the part of its history that tells whether it has the last commit (snapshot %s is gone from branch %s): look at its rows, then run the job with --again"
                            .formatted(pending.table(), pending.base(), pending.branch().name()));
        }
        return null;
    }

    private static HalfDone halfDone(Pending pending, RuntimeException e) {
        return new HalfDone(
                "Table %s of the catalog %s has not got the last commit yet, the next run ends it: %s"
                        .formatted(pending.table(), pending.catalog(), e.getMessage()),
                e);
    }
}
