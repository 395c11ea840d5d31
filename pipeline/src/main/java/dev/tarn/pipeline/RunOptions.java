package dev.tarn.pipeline;

import org.jspecify.annotations.Nullable;

/// How a job is run this time.
///
/// @param again whether what was loaded already is loaded anew
/// @param from the number of the commit that it goes on behind; null for where it was
public record RunOptions(boolean again, @Nullable Long from) {
    public static final RunOptions DEFAULT = new RunOptions(false, null);
    public static final RunOptions AGAIN = new RunOptions(true, null);

    public RunOptions {
        if (again && from != null) {
            throw new PipelineException(
                    "Either everything is loaded anew or from a commit on, not both");
        }
    }

    public static RunOptions from(long commit) {
        return new RunOptions(false, commit);
    }
}
