package dev.tarn.app.webhook;

import java.time.Duration;

/// How patient deliveries are.
///
/// @param leaseDuration after how long another replica takes over from one that is not heard of
/// @param answerMax how long an attempt may take
/// @param backoffFirst wait after the first failure; it doubles with each
/// @param backoffMax longest wait
/// @param attemptsMax failures in a row after which a hook is paused
public record WebhookSettings(
        Duration leaseDuration,
        Duration answerMax,
        Duration backoffFirst,
        Duration backoffMax,
        int attemptsMax) {

    /// Gives up after about seven hours.
    public static final WebhookSettings STANDARD =
            new WebhookSettings(
                    Duration.ofSeconds(15),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(1),
                    Duration.ofMinutes(10),
                    50);

    private static final int DOUBLINGS_MAX = 30;

    /// The wait after a failure, before chance has shortened it by up to a half.
    Duration backoff(int failures) {
        Duration doubled = backoffFirst.multipliedBy(1L << Math.min(failures - 1, DOUBLINGS_MAX));
        return doubled.compareTo(backoffMax) < 0 ? doubled : backoffMax;
    }
}
