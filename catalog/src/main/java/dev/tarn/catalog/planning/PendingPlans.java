package dev.tarn.catalog.planning;

import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The plans made in this process for which nobody may be waiting just now. There is room for a few
/// that are under way: a client that finds none waits for its plan to the end.
///
/// Results are kept while there is memory for them, and at least one. Of too many the oldest are
/// let go; whoever asks for one of these has it planned anew.
final class PendingPlans {
    /// Oldest first.
    private final SequencedMap<String, PlanRun> runs = new LinkedHashMap<>();

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
        if (runs.values().stream().filter(PlanRun::isUnderWay).count() >= limits.pendingPlans()) {
            return false;
        }
        runs.put(id.text(), run);
        letGo();
        return true;
    }

    private static boolean isOutdated(PlanRun run, Instant outdated) {
        if (run.started().isAfter(outdated)) {
            return false;
        }
        run.abandon();
        return true;
    }

    /// To be called whenever a plan has come to its end.
    synchronized void letGo() {
        List<PlanRun> ended = runs.values().stream().filter(run -> !run.isUnderWay()).toList();
        long bytes = ended.stream().mapToLong(PlanRun::heldBytes).sum();
        for (int i = 0; i < ended.size() - 1 && bytes > limits.pendingBytes(); i++) {
            runs.values().remove(ended.get(i));
            bytes -= ended.get(i).heldBytes();
        }
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
