package dev.tarn.catalog.planning;

import java.time.Duration;

/// How much one request for a plan may cost.
///
/// @param waitDuration how long a client waits for an answer before it is told to ask again
/// @param filesPerTask file scan tasks in one answer; fewer where column statistics are asked for
/// @param manifestsPerTask data manifests read for one answer
/// @param manifestBytesPerTask bytes of data manifests read for one answer
/// @param tasksPerAnswer plan tasks in one answer; the last one stands for all that are left
/// @param tokenBytes of the tokens in one answer, unless a single one is longer
/// @param pendingPlans plans made in this process at the same time for which nobody waits
/// @param pendingBytes their results kept in memory, unless a single one takes more
/// @param kept how long the id of a pending plan is good for
/// @param cacheBytes manifests kept in memory
public record PlanLimits(
        Duration waitDuration,
        int filesPerTask,
        int manifestsPerTask,
        long manifestBytesPerTask,
        int tasksPerAnswer,
        long tokenBytes,
        int pendingPlans,
        long pendingBytes,
        Duration kept,
        long cacheBytes) {

    public static final PlanLimits STANDARD =
            new PlanLimits(
                    Duration.ofSeconds(10),
                    5_000,
                    500,
                    16 << 20,
                    100,
                    1 << 20,
                    16,
                    64 << 20,
                    Duration.ofHours(1),
                    16 << 20);

    /// The same with small pages.
    public PlanLimits withFilesPerTask(int filesPerTask) {
        return new PlanLimits(
                waitDuration,
                filesPerTask,
                manifestsPerTask,
                manifestBytesPerTask,
                tasksPerAnswer,
                tokenBytes,
                pendingPlans,
                pendingBytes,
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
                tokenBytes,
                pendingPlans,
                pendingBytes,
                kept,
                cacheBytes);
    }

    public PlanLimits withTokenBytes(long tokenBytes) {
        return new PlanLimits(
                waitDuration,
                filesPerTask,
                manifestsPerTask,
                manifestBytesPerTask,
                tasksPerAnswer,
                tokenBytes,
                pendingPlans,
                pendingBytes,
                kept,
                cacheBytes);
    }

    public PlanLimits withPendingPlans(int pendingPlans) {
        return new PlanLimits(
                waitDuration,
                filesPerTask,
                manifestsPerTask,
                manifestBytesPerTask,
                tasksPerAnswer,
                tokenBytes,
                pendingPlans,
                pendingBytes,
                kept,
                cacheBytes);
    }

    public PlanLimits withPendingBytes(long pendingBytes) {
        return new PlanLimits(
                waitDuration,
                filesPerTask,
                manifestsPerTask,
                manifestBytesPerTask,
                tasksPerAnswer,
                tokenBytes,
                pendingPlans,
                pendingBytes,
                kept,
                cacheBytes);
    }

    public PlanLimits withCacheBytes(long cacheBytes) {
        return new PlanLimits(
                waitDuration,
                filesPerTask,
                manifestsPerTask,
                manifestBytesPerTask,
                tasksPerAnswer,
                tokenBytes,
                pendingPlans,
                pendingBytes,
                kept,
                cacheBytes);
    }
}
