package dev.tarn.pipeline;

/// Something that a run took for settled is another now; from its last commit it can go on, with a
/// new plan.
final class ChangedException extends PipelineException {
    private final boolean isExpected;

    ChangedException(String message) {
        this(message, false);
    }

    private ChangedException(String message, boolean isExpected) {
        super(message);
        this.isExpected = isExpected;
    }

    /// What happens now and then to every run that lasts.
    static ChangedException expected(String message) {
        return new ChangedException(message, true);
    }

    /// Whether it says nothing of how the run gets on.
    boolean isExpected() {
        return isExpected;
    }
}
