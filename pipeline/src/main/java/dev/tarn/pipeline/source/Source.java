package dev.tarn.pipeline.source;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.row.Columns;

/// A source of a job, checked and ready to be read.
public sealed interface Source permits SplitSource, LogSource {
    Block block();

    Columns columns();
}
