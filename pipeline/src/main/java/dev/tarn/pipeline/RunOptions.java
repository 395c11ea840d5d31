package dev.tarn.pipeline;

/// How a job is run this time.
///
/// @param again whether files that were loaded already are loaded anew
public record RunOptions(boolean again) {
    public static final RunOptions DEFAULT = new RunOptions(false);
}
