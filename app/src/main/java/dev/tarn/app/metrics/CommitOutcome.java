package dev.tarn.app.metrics;

/// How a commit ended.
public enum CommitOutcome {
    COMMITTED("committed"),
    /// A requirement did not hold, or another commit was faster.
    CONFLICT("conflict"),
    /// The request was not a possible change.
    REFUSED("refused"),
    /// It cannot be told whether it took effect.
    UNKNOWN("unknown"),
    /// Surely nothing took effect, for a reason on our side.
    FAILED("failed");

    private final String label;

    CommitOutcome(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }
}
