package dev.tarn.catalog.table;

import dev.tarn.catalog.document.Piece;
import java.util.List;
import org.apache.iceberg.TableMetadata;
import org.jspecify.annotations.Nullable;

/// A table as it is now.
public final class LoadedTable {
    private final TableVersion version;
    private final MetadataFiles files;

    LoadedTable(TableVersion version, MetadataFiles files) {
        this.version = version;
        this.files = files;
    }

    /// Null for a staged create, which has no file yet.
    public @Nullable String metadataLocation() {
        return version.metadataLocation();
    }

    /// All of it. For a table with a long history this is dear where nobody has asked for it
    /// lately.
    public TableMetadata metadata() {
        return files.whole(version);
    }

    /// The metadata without old snapshots and without the beginning of the snapshot log; at hand.
    public TableMetadata recentMetadata() {
        return version.recent();
    }

    /// The metadata as JSON.
    public List<Piece> json() {
        return version.json();
    }

    /// The metadata as JSON, without the snapshots that no branch and no tag points to.
    public List<Piece> jsonOfRefs() {
        return version.jsonOfRefs();
    }
}
