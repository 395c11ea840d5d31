/// Where rows go: `Batch -> Sink -> pending files -> the commit that also moves the position`.
///
/// ```
/// rows            TableWriter        data files                                ─┐
/// rows with keys  UpsertWriter ─▶ KeyIndex: where is the row before? ─▶ deletes ─┴▶ Written ─▶ commit
/// small files     Merger       ─▶ MergePlan: which?  ─▶ TableWriter, DeleteMerge ─▶ Merged  ─▶ commit
/// ```
///
/// A sink that writes tables hands its data files to the run's one commit per checkpoint; what the
/// run could not commit it deletes.
@NullMarked
package dev.tarn.pipeline.sink;

import org.jspecify.annotations.NullMarked;
