package dev.tarn.pipeline.source;

/// How far a partition of a log has been read.
///
/// @param next the offset that is read next, or whatever number the source goes on from
/// @param identity of the log: one that was dropped and made anew is another; or what text the
///   source needs to go on, such as a set of transactions or the columns at this place; lines from
///   the third on seldom change
public record Mark(long next, String identity) {}
