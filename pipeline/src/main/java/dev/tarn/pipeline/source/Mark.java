package dev.tarn.pipeline.source;

/// How far a partition of a log has been read.
///
/// @param next the offset that is read next
/// @param identity of the log: one that was dropped and made anew is another
public record Mark(long next, String identity) {}
