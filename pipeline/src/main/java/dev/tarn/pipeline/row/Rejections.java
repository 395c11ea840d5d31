package dev.tarn.pipeline.row;

/// Where a reader puts a row that does not fit. May throw to end the run.
@FunctionalInterface
public interface Rejections {
    void add(Rejected rejected);
}
