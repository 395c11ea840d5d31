package dev.tarn.pipeline.job;

import java.util.List;

/// A job file that cannot be run as it stands. Nothing was started.
public final class JobException extends RuntimeException {
    private final List<String> problems;

    public JobException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    /// One sentence each: `file:line: plugin.option: what is wrong`.
    public List<String> problems() {
        return problems;
    }
}
