package dev.tarn.pipeline;

import dev.tarn.pipeline.lake.TargetCatalog.Changes;
import dev.tarn.pipeline.sink.Memory;
import dev.tarn.pipeline.sink.Merger;
import dev.tarn.pipeline.sink.Merger.Merged;
import dev.tarn.pipeline.sink.UpsertWriter;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.ValidationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Merges the small files that many commits leave behind, between the commits of a run and in its
/// thread: rows are in the table before, none is written meanwhile.
///
/// A merge is a commit of its own that changes no row and no position. What it read must still be
/// there as it was, and the run must still be the one that runs; otherwise the merge is undone and
/// the run goes on without. A run that is killed in between leaves files that belong to no table.
///
/// What it costs: after as many commits as files are merged, the table's manifests are read once
/// and about as much as a merged file has is written anew.
final class Merging {
    private static final Logger LOG = LoggerFactory.getLogger(Merging.class);
    private static final int ATTEMPTS_MAX = 4;

    private final Plan plan;
    private final Ledger ledger;
    private final Memory.Share memory;
    private final Counters counters;
    private final Map<Target, Integer> commits = new HashMap<>();
    private final Set<TableIdentifier> noted = new HashSet<>();

    Merging(Plan plan, Ledger ledger, Memory.Share memory, Counters counters) {
        this.plan = plan;
        this.ledger = ledger;
        this.memory = memory;
        this.counters = counters;
    }

    /// Looks after tables that have got as many files as it takes, or their last ones.
    ///
    /// @param changed tables that the commit gave files
    /// @throws Ledger.Fenced if another run has taken over
    void afterCommit(long epoch, Collection<Target> changed, boolean finished) {
        for (Target target : changed) {
            // The first commit of a run that goes on shows what others left behind.
            int before = commits.getOrDefault(target, plan.streaming() ? target.mergeMin() : 0);
            commits.put(target, before + 1);
        }
        for (Target target : List.copyOf(commits.keySet())) {
            int since = commits.getOrDefault(target, 0);
            boolean due = since >= target.mergeMin() || (finished && since > 0);
            if (target.mergeMin() > 0 && due) {
                boolean isWhole = merge(epoch, target);
                commits.put(target, isWhole ? 0 : target.mergeMin());
            }
        }
    }

    /// Whether nothing is left to merge now.
    private boolean merge(long epoch, Target target) {
        Table table = plan.catalog().load(target.name());
        Snapshot base = target.branch().head(table);
        if (base == null || !isWorthALook(target, table, base)) {
            return true;
        }
        long began = System.nanoTime();
        Map<String, String> properties = new HashMap<>(table.properties());
        properties.putAll(target.ofJob());
        var merger =
                new Merger(
                        table,
                        target.branch(),
                        properties,
                        target.mergeMin(),
                        memory,
                        target.writer() instanceof UpsertWriter upsert ? upsert : null);
        try {
            Merged merged = write(merger);
            if (merged.isEmpty()) {
                return true;
            }
            Snapshot now = commit(epoch, target, base, merger, merged);
            merger.committed(merged, now == null ? null : now.snapshotId());
            counters.hasMerged(began, merged.removed().size() + merged.removedDeletes().size());
            LOG.info(
                    "pipeline run pipeline={} merged table={} files={} into={} deletes={} into={}"
                            + " millis={}",
                    plan.name(),
                    target.name(),
                    merged.removed().size(),
                    merged.added().size(),
                    merged.removedDeletes().size(),
                    merged.addedDeletes().size(),
                    (System.nanoTime() - began) / 1_000_000);
            return merged.isWhole();
        } catch (Ledger.Fenced e) {
            throw e;
        } catch (RuntimeException e) {
            // The rows are committed; how many files they lie in is no reason to end a run.
            LOG.info("pipeline run pipeline={} table={} not merged", plan.name(), target.name(), e);
            if (noted.add(target.name())) {
                counters.notes.add(
                        "Small files of table %s were not merged: %s"
                                .formatted(target.name(), e.getMessage()));
            }
            return true;
        }
    }

    private static boolean isWorthALook(Target target, Table table, Snapshot base) {
        long files = total(base, "total-data-files") + total(base, "total-delete-files");
        boolean same =
                table.uuid().equals(target.table().uuid())
                        && table.schema().schemaId() == target.table().schema().schemaId();
        boolean indexed =
                !(target.writer() instanceof UpsertWriter upsert)
                        || !upsert.isIndexed()
                        || Long.valueOf(base.snapshotId()).equals(upsert.snapshotId());
        // Of other branches Iceberg adds up another branch's files.
        return (files > 1 || !target.branch().isMain()) && same && indexed;
    }

    private static long total(Snapshot snapshot, String what) {
        return Long.parseLong(snapshot.summary().getOrDefault(what, "0"));
    }

    private static Merged write(Merger merger) {
        try {
            return merger.merge();
        } catch (RuntimeException e) {
            merger.abort();
            throw e;
        }
    }

    /// Returns the table's snapshot then.
    private @Nullable Snapshot commit(
            long epoch, Target target, Snapshot base, Merger merger, Merged merged) {
        try {
            for (int attempt = 1; ; attempt++) {
                Changes changes = plan.catalog().begin();
                Table table = changes.table(target.name());
                target.requireSame(table);
                target.requireIndexed(table);
                RewriteFiles rewrite = table.newRewrite();
                merged.applyTo(rewrite);
                rewrite.validateFromSnapshot(base.snapshotId());
                rewrite.toBranch(target.branch().name());
                rewrite.set("tarn.pipeline", plan.name());
                rewrite.scanManifestsWith(new PromptExecutor());
                try {
                    rewrite.commit();
                    changes.commit(tx -> ledger.requireEpoch(tx, epoch));
                    return target.branch().head(table);
                } catch (CommitFailedException e) {
                    // Somebody else changed the table; perhaps none of these files.
                    if (attempt == ATTEMPTS_MAX) {
                        throw e;
                    }
                }
            }
        } catch (CommitFailedException
                | ValidationException
                | PipelineException
                | Ledger.Fenced e) {
            merger.abort();
            throw e;
        } catch (RuntimeException e) {
            // The files may be the table's.
            merger.forget();
            throw e;
        }
    }
}
