package dev.tarn.pipeline.job;

import java.nio.file.Path;

/// The text of a job file.
///
/// @param name what messages call it, as a rule the path as it was given
/// @param baseDirectory what relative paths in the job start from
public record JobSource(String text, String name, Path baseDirectory) {}
