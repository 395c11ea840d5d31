package dev.tarn.catalog.planning;

import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The plans made in this process for which nobody may be waiting just now. There is room for a
/// few: a client that finds none waits for its plan to the end.
final class PendingPlans {
    private final Map<String, PlanRun> runs = new HashMap<>();
    private final InstantSource clock;
    private final PlanLimits limits;

    PendingPlans(InstantSource clock, PlanLimits limits) {
        this.clock = clock;
        this.limits = limits;
    }

    /// Tells whether there was room.
    synchronized boolean add(PlanId id, PlanRun run) {
        Instant outdated = clock.instant().minus(limits.kept());
        runs.values().removeIf(old -> isOutdated(old, outdated));
        if (runs.size() >= limits.pendingPlans()) {
            return false;
        }
        runs.put(id.text(), run);
        return true;
    }

    private static boolean isOutdated(PlanRun run, Instant outdated) {
        if (run.started().isAfter(outdated)) {
            return false;
        }
        run.abandon();
        return true;
    }

    /// The run of this plan, started if there is none: another replica may have begun it, or this
    /// one before it was started again.
    synchronized PlanRun findOrStart(PlanId id, Supplier<PlanRun> start) {
        PlanRun found = runs.get(id.text());
        if (found != null) {
            return found;
        }
        PlanRun run = start.get();
        add(id, run);
        return run;
    }

    synchronized boolean holds(PlanId id) {
        return runs.containsKey(id.text());
    }

    synchronized void remove(PlanId id) {
        @Nullable PlanRun run = runs.remove(id.text());
        if (run != null) {
            run.abandon();
        }
    }
}
