package dev.tarn.pipeline;

import dev.tarn.pipeline.Plan.Flow;
import dev.tarn.pipeline.Progress.State;
import dev.tarn.pipeline.sink.Memory;
import dev.tarn.pipeline.source.LogSource;
import dev.tarn.pipeline.source.SplitSource;
import dev.tarn.store.OutcomeUnknownException;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One run of a plan, from its start to its end, whichever it is. A source that has an end is read
/// by [SplitLoading], one that grows by [LogLoading]; both write through [Writing].
final class Loading implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Loading.class);

    /// So often in a row may a run plan its job anew without a row in between.
    private static final int FRUITLESS_MAX = 5;

    private final Supplier<Plan> planner;
    private final Ledger ledger;
    private final InstantSource clock;
    private final Counters counters = new Counters();
    private final long startedNanos = System.nanoTime();

    private volatile Plan plan;
    private Writing writing;
    private final Memory memory;
    private RunOptions options;
    private boolean anew;
    private volatile boolean cancelled;
    private volatile State state = State.RUNNING;
    private volatile long endedNanos;

    /// @param plan to begin with
    /// @param planner reads, checks and wires the job as things are then
    Loading(
            Plan plan,
            Supplier<Plan> planner,
            Ledger ledger,
            RunOptions options,
            InstantSource clock,
            Memory memory) {
        this.plan = plan;
        this.memory = memory;
        this.planner = planner;
        this.ledger = ledger;
        this.clock = clock;
        this.writing = new Writing(plan, ledger, clock, counters, memory);
        this.options = options;
    }

    void cancel() {
        cancelled = true;
    }

    Progress progress() {
        long end = endedNanos == 0 ? System.nanoTime() : endedNanos;
        double seconds = Math.max(1e-3, (end - startedNanos) / 1e9);
        List<String> tables = new ArrayList<>();
        for (Flow flow : plan.flows()) {
            flow.tables().stream().map(t -> t.sink().name().toString()).forEach(tables::add);
        }
        List<String> notes = new ArrayList<>(counters.notes);
        notes.addAll(counters.readers);
        return new Progress(
                plan.name(),
                state,
                counters.rows,
                counters.rowsCommitted,
                counters.rejected,
                counters.bytesBehind + counters.bytesHere,
                counters.bytesTotal,
                counters.filesDone,
                counters.filesSkipped,
                counters.filesTotal,
                (long) (counters.rows / seconds),
                counters.lag,
                counters.spent(),
                counters.snapshots,
                counters.filesMerged,
                tables.stream().distinct().toList(),
                notes,
                counters.message);
    }

    @Override
    public void run() {
        try {
            int fruitless = 0;
            // Ends: a run that plans anew again and again gets nowhere, and fails.
            while (true) {
                long before = counters.rowsCommitted;
                try {
                    load();
                    return;
                } catch (ChangedException e) {
                    boolean getsOn = e.isExpected() || counters.rowsCommitted > before;
                    fruitless = getsOn ? 0 : fruitless + 1;
                    if (fruitless > FRUITLESS_MAX) {
                        throw e;
                    }
                    planAnew(e);
                }
            }
        } catch (RuntimeException | IOException | Error e) {
            writing.abort();
            end(State.FAILED, sentence(e), "failed");
            LOG.info(
                    "pipeline run pipeline={} state=failed rows={}", plan.name(), counters.rows, e);
        } finally {
            writing.release();
            plan.catalog().close();
        }
    }

    /// From the last commit on; what was read since is read again.
    private void planAnew(ChangedException why) {
        LOG.info("pipeline run pipeline={} planned anew: {}", plan.name(), why.getMessage());
        writing.abort();
        writing.release();
        counters.rows = counters.rowsCommitted;
        counters.filesTotal = 0;
        counters.bytesTotal = 0;
        counters.message = "planning anew: " + why.getMessage();
        options = RunOptions.DEFAULT;
        anew = true;
        plan.catalog().close();
        plan = planner.get();
        writing = new Writing(plan, ledger, clock, counters, memory);
    }

    private static String sentence(Throwable e) {
        return switch (e) {
            case PipelineException known -> String.valueOf(known.getMessage());
            case Ledger.Fenced fenced -> String.valueOf(fenced.getMessage());
            case CommitStateUnknownException unknown ->
                    "It cannot be told whether the last commit took effect, run the job again: it"
                            + " goes on where it stopped";
            case OutcomeUnknownException unknown ->
                    "It cannot be told whether the last commit took effect, run the job again: it"
                            + " goes on where it stopped";
            case TableByTable.HalfDone half -> String.valueOf(half.getMessage());
            case OutOfMemoryError memory ->
                    "Out of memory, give the program more or load fewer partitions at once";
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }

    private void end(State how, String sentence, @Nullable String noted) {
        endedNanos = System.nanoTime();
        if (noted != null) {
            try {
                writing.note(noted);
            } catch (RuntimeException e) {
                counters.notes.add("The state could not be stored: " + e.getMessage());
            }
        }
        counters.message = sentence;
        state = how;
    }

    private void load() throws IOException {
        Ledger.Started started = writing.start();
        boolean again = options.again();
        boolean goesBack = options.from() != null;
        boolean resumed = started.resumed() && !again;
        counters.rejected = resumed ? started.rejected() : 0;
        if (goesBack) {
            counters.notes.add(
                    "Goes on behind commit %s; rows that came after it stay, and come again"
                            .formatted(options.from()));
        } else if (started.resumed() && !anew) {
            counters.notes.add(
                    again
                            ? "The last run did not end; its rows stay and everything is loaded"
                                    + " again"
                            : "Goes on where the last run stopped");
        }
        if (!again) {
            writing.recover();
        }
        writing.prepare(!resumed && !goesBack, again);
        if (!resumed || goesBack) {
            writing.open(options);
        }
        if (plan.streaming()) {
            logs().load(plan.flows(), true);
        } else {
            loadToTheEnd();
        }
        if (cancelled) {
            writing.commit(false);
            end(State.CANCELLED, "cancelled, the next run goes on from here", "cancelled");
            return;
        }
        writing.commit(true);
        end(State.FINISHED, "finished", null);
        LOG.info(
                "pipeline run pipeline={} state=finished rows={} rejected={} files={} skipped={}"
                        + " commits={}",
                plan.name(),
                counters.rows,
                counters.rejected,
                counters.filesDone,
                counters.filesSkipped,
                counters.snapshots);
    }

    private void loadToTheEnd() throws IOException {
        for (Flow flow : plan.flows()) {
            if (flow.source() instanceof SplitSource source) {
                splits().count(source);
            }
        }
        for (Flow flow : plan.flows()) {
            if (cancelled) {
                return;
            }
            switch (flow.source()) {
                case SplitSource source -> splits().load(flow, source);
                case LogSource log -> logs().load(List.of(flow), false);
            }
        }
    }

    private SplitLoading splits() {
        return new SplitLoading(writing, ledger, clock, counters, () -> cancelled);
    }

    private LogLoading logs() {
        return new LogLoading(writing, ledger, counters, () -> cancelled);
    }
}
