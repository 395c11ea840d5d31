/// Where rows come from, of two kinds:
///
/// - `SplitSource -> splits in order -> SplitReader -> batches with their position`: it has an end.
/// - `LogSource -> LogReader over all partitions -> batches with a mark per partition`: it grows.
///
/// Either is read from any position it gave before, so a run goes on where the last one stopped.
@NullMarked
package dev.tarn.pipeline.source;

import org.jspecify.annotations.NullMarked;
