package dev.tarn.pipeline.sink;

import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.StructLike;
import org.jspecify.annotations.Nullable;

/// A data file in which rows lie that an index knows.
final class Place {
    private final String location;
    private final PartitionSpec spec;
    private final @Nullable StructLike partition;
    private int number = -1;
    private boolean committed;
    private @Nullable DeleteFile vector;

    Place(String location, PartitionSpec spec, @Nullable StructLike partition) {
        this.location = location;
        this.spec = spec;
        this.partition = partition;
    }

    String location() {
        return location;
    }

    PartitionSpec spec() {
        return spec;
    }

    @Nullable StructLike partition() {
        return partition;
    }

    /// In the list of its index, -1 while it is in none.
    int number() {
        return number;
    }

    void number(int inList) {
        number = inList;
    }

    /// Whether the table has it.
    boolean committed() {
        return committed;
    }

    void commit() {
        committed = true;
    }

    /// The deletion vector of the file, in a table of format version 3.
    @Nullable DeleteFile vector() {
        return vector;
    }

    void vector(@Nullable DeleteFile file) {
        vector = file;
    }
}
