package dev.tarn.pipeline.source.kafka;

import org.jspecify.annotations.Nullable;

/// What Kafka's client says, with the causes it keeps to itself.
final class Reason {
    private static final int DEPTH_MAX = 5;

    private Reason() {}

    static String of(@Nullable Throwable failure) {
        var text = new StringBuilder();
        Throwable at = failure;
        for (int depth = 0; at != null && depth < DEPTH_MAX; depth++) {
            String message =
                    at.getMessage() == null ? at.getClass().getSimpleName() : at.getMessage();
            if (text.indexOf(message) < 0) {
                text.append(text.isEmpty() ? "" : ", ").append(message);
            }
            at = at.getCause();
        }
        return text.toString();
    }
}
