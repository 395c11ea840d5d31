package dev.tarn.pipeline;

import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/// A commit of a pipeline that reads logs.
///
/// @param number as the snapshots have it that the commit made, in `tarn.pipeline-commit`
/// @param moved what it moved
public record PastCommit(long number, Instant at, List<Moved> moved) {

    /// @param source as the job has it
    /// @param place where the partition stood then: an offset, an LSN, a set of transactions
    public record Moved(String source, String partition, String place) {}

    public PastCommit {
        moved = List.copyOf(moved);
    }

    PastCommit and(PastCommit more) {
        return new PastCommit(
                number, at, Stream.concat(moved.stream(), more.moved.stream()).toList());
    }
}
