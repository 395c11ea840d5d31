package dev.tarn.pipeline;

import dev.tarn.pipeline.sink.Branch;
import org.apache.iceberg.ManageSnapshots;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.util.SnapshotUtil;

/// The branch in which the first rows of a table lie that are read in parts, until all are there
/// and of one state of the source. Then the branch that readers look at moves to it, in the commit
/// that moves those of the other tables.
///
/// ```
/// main      a ------------------------------------- e      begin: from a (or from nothing)
/// hidden    a -- rows -- rows -- rows -- log -- log -- e   publish: main is e, the branch is gone
/// ```
///
/// @param home the branch that readers look at
/// @param branch the hidden one
record Hidden(Branch home, Branch branch) {
    private static final String PREFIX = "tarn-loading-";

    static Hidden of(String pipeline, Branch home) {
        return new Hidden(home, new Branch(PREFIX + pipeline));
    }

    /// Removes what another run has begun and nobody went on with.
    void clear(Table now) {
        SnapshotRef ref = now.refs().get(branch.name());
        if (ref != null && ref.isBranch()) {
            now.manageSnapshots().removeBranch(branch.name()).commit();
        }
    }

    /// Begins at what readers see.
    ///
    /// @param filled whether the same commit brings files
    void begin(Table now, boolean filled) {
        branch.requireNoTag(now);
        Snapshot head = home.head(now);
        if (head != null) {
            now.manageSnapshots().createBranch(branch.name(), head.snapshotId()).commit();
        } else if (!filled) {
            // A branch is of a snapshot. Without one, it would look like a branch that was lost.
            now.newAppend().toBranch(branch.name()).commit();
        }
    }

    /// Whether it is there, and nobody has changed what readers see since it began.
    boolean isWhole(Table table) {
        SnapshotRef ref = table.refs().get(branch.name());
        if (ref == null) {
            return false;
        }
        Snapshot seen = home.head(table);
        return seen == null
                || SnapshotUtil.isAncestorOf(table, ref.snapshotId(), seen.snapshotId());
    }

    /// Readers see what was hidden. Nothing is done where they do already.
    ///
    /// @param at the last snapshot of what was hidden
    /// @throws IllegalArgumentException if they see something else than when it began
    void publish(Table now, long at) {
        Snapshot seen = home.head(now);
        ManageSnapshots refs = now.manageSnapshots();
        boolean changes = now.refs().containsKey(branch.name());
        if (changes) {
            refs.removeBranch(branch.name());
        }
        if (seen == null) {
            refs.createBranch(home.name(), at);
            changes = true;
        } else if (!SnapshotUtil.isAncestorOf(now, seen.snapshotId(), at)) {
            if (!SnapshotUtil.isAncestorOf(now, at, seen.snapshotId())) {
                throw new IllegalArgumentException(
                        "branch %s has got snapshot %s meanwhile"
                                .formatted(home.name(), seen.snapshotId()));
            }
            refs.replaceBranch(home.name(), at);
            changes = true;
        }
        if (changes) {
            refs.commit();
        }
    }
}
