package dev.tarn.pipeline.sink;

import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableScan;
import org.jspecify.annotations.Nullable;

/// The branch of a table that rows go to. One that is missing is made by the first commit, from
/// what main is then: until then it is read as main.
public record Branch(String name) {
    public static final Branch MAIN = new Branch(SnapshotRef.MAIN_BRANCH);

    public boolean isMain() {
        return name.equals(SnapshotRef.MAIN_BRANCH);
    }

    /// What a commit builds on; null if there is nothing yet.
    public @Nullable Snapshot head(Table table) {
        SnapshotRef ref = table.refs().get(name);
        return ref == null ? table.currentSnapshot() : table.snapshot(ref.snapshotId());
    }

    /// @throws IllegalArgumentException if the name is that of a tag
    public void requireNoTag(Table table) {
        SnapshotRef ref = table.refs().get(name);
        if (ref != null && ref.isTag()) {
            throw new IllegalArgumentException(
                    "Table %s: expected a branch, %s is a tag".formatted(table.name(), name));
        }
    }

    TableScan scan(Table table) {
        return table.refs().containsKey(name) ? table.newScan().useRef(name) : table.newScan();
    }
}
