package dev.tarn.catalog.planning;

import java.time.Duration;

/// How much one request for a plan may cost.
///
/// @param waitDuration how long a client waits for an answer before it is told to ask again
/// @param filesPerTask file scan tasks in one answer; fewer where column statistics are asked for
/// @param manifestsPerTask data manifests read for one answer
/// @param manifestBytesPerTask bytes of data manifests read for one answer
/// @param tasksPerAnswer plan tasks in one answer; the last one stands for all that are left
/// @param pendingPlans plans made in this process for which nobody waits
/// @param kept how long the id of a pending plan is good for
/// @param cacheBytes manifests kept in memory
public record PlanLimits(
        Duration waitDuration,
        int filesPerTask,
        int manifestsPerTask,
        long manifestBytesPerTask,
        int tasksPerAnswer,
        int pendingPlans,
        Duration kept,
        long cacheBytes) {

    public static final PlanLimits STANDARD =
            new PlanLimits(
                    Duration.ofSeconds(10),
                    5_000,
                    500,
                    16 << 20,
                    100,
                    16,
                    Duration.ofHours(1),
                    16 << 20);

    /// The same with small pages.
    public PlanLimits withFilesPerTask(int files) {
        return new PlanLimits(
                waitDuration,
                files,
                manifestsPerTask,
                manifestBytesPerTask,
                tasksPerAnswer,
                pendingPlans,
                kept,
                cacheBytes);
    }

    public PlanLimits withWaitDuration(Duration waitDuration) {
        return new PlanLimits(
                waitDuration,
                filesPerTask,
                manifestsPerTask,
                manifestBytesPerTask,
                tasksPerAnswer,
                pendingPlans,
                kept,
                cacheBytes);
    }
}
