package dev.tarn.pipeline.source;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.row.Columns;
import java.util.List;

/// A source of a job, checked and ready to be read.
public sealed interface Source permits SplitSource, LogSource {
    Block block();

    /// What it gives, a table each; the same order in every run of a job.
    List<Columns> tables();
}
