package dev.tarn.pipeline.job;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// What is wrong with a job file, collected so that all of it is told at once.
public final class Problems {
    private record Problem(int line, String text) {}

    private final String file;
    private final List<Problem> problems = new ArrayList<>();

    public Problems(String file) {
        this.file = file;
    }

    /// Adds a problem. A line of 0 or less is not known and not shown.
    public void add(int line, String text) {
        var problem = new Problem(line, file + (line > 0 ? ":" + line : "") + ": " + text);
        if (!problems.contains(problem)) {
            problems.add(problem);
        }
    }

    public boolean isEmpty() {
        return problems.isEmpty();
    }

    /// Throws if there is any problem.
    public void raise() {
        if (!problems.isEmpty()) {
            throw new JobException(
                    problems.stream()
                            .sorted(Comparator.comparingInt(Problem::line))
                            .map(Problem::text)
                            .toList());
        }
    }
}
