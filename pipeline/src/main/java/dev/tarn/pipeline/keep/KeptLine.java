package dev.tarn.pipeline.keep;

import java.time.Instant;

/// One line of what happened to a kept pipeline.
///
/// @param number larger with each line of a pipeline
public record KeptLine(long number, Instant at, String text) {}
