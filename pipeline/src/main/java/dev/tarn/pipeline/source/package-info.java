/// Where rows come from: `Source -> splits in order -> SplitReader -> batches with their position`.
///
/// A split is read from any position it gave before, so a run goes on where the last one stopped.
@NullMarked
package dev.tarn.pipeline.source;

import org.jspecify.annotations.NullMarked;
