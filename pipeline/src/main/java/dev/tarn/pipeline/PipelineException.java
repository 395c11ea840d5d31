package dev.tarn.pipeline;

import org.jspecify.annotations.Nullable;

/// Why a run ended before its end, in one sentence. What was committed before stays.
public class PipelineException extends RuntimeException {
    public PipelineException(String message) {
        super(message);
    }

    public PipelineException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
