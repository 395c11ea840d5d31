/// Pipelines: `job file -> Plan -> Loading -> SplitLoading | LogLoading -> Writing`: read a batch,
/// write it, commit rows and position.
///
/// [dev.tarn.pipeline.Pipelines] is the way in. A run's position, the files it has loaded and the
/// snapshots of its tables change in one transaction of the catalog ([dev.tarn.pipeline.Ledger]),
/// so a run that was killed goes on where it stopped, exactly. Tables of another catalog follow the
/// ledger one by one ([dev.tarn.pipeline.Publisher]). What each commit moved is kept, so a run can
/// go back to it ([dev.tarn.pipeline.Marks]). All runs share one budget of memory
/// ([dev.tarn.pipeline.sink.Memory]).
@NullMarked
package dev.tarn.pipeline;

import org.jspecify.annotations.NullMarked;
