package dev.tarn.pipeline.job;

import java.util.List;

/// A job file, read and checked option by option.
///
/// @param name the identity of the pipeline: `job.name`, else the file's name
public record Job(
        String name, Block env, List<Block> sources, List<Block> transforms, List<Block> sinks) {
    public Job {
        sources = List.copyOf(sources);
        transforms = List.copyOf(transforms);
        sinks = List.copyOf(sinks);
    }
}
