package dev.tarn.pipeline.source;

/// How far a split has been read.
///
/// @param rows rows behind, the rejected ones too
/// @param bytes bytes behind, of the plain content
/// @param line lines behind
public record Position(long rows, long bytes, long line) {
    public static final Position START = new Position(0, 0, 0);
}
