/// What happens to rows between a source and a sink: `Batch -> Transform -> Batch`.
///
/// A transform knows what columns it gives before any row is read, so that a job is checked whole.
/// Leaving out, renaming, copying and reordering columns moves no value: the new batch has the old
/// one's vectors.
@NullMarked
package dev.tarn.pipeline.transform;

import org.jspecify.annotations.NullMarked;
