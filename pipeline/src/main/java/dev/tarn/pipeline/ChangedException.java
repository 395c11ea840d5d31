package dev.tarn.pipeline;

/// Something that a run took for settled is another now; from its last commit it can go on, with a
/// new plan.
final class ChangedException extends PipelineException {
    ChangedException(String message) {
        super(message);
    }
}
