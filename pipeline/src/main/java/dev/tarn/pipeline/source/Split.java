package dev.tarn.pipeline.source;

/// A part of a source that is read from its start to its end: a file.
///
/// @param bytes 0 if it has no size
/// @param modified milliseconds since 1970, 0 if that means nothing
public record Split(String name, long bytes, long modified) {}
