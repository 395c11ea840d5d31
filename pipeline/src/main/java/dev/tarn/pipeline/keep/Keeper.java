package dev.tarn.pipeline.keep;

import dev.tarn.pipeline.PipelineException;
import dev.tarn.pipeline.PipelineRun;
import dev.tarn.pipeline.Pipelines;
import dev.tarn.pipeline.Progress;
import dev.tarn.pipeline.RunOptions;
import dev.tarn.pipeline.job.JobSource;
import dev.tarn.pipeline.keep.Kept.State;
import dev.tarn.pipeline.keep.KeptRows.Stored;
import dev.tarn.store.Database;
import dev.tarn.store.Lease;
import dev.tarn.store.Leases;
import dev.tarn.store.OutcomeUnknownException;
import dev.tarn.store.StoreException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps pipelines running: starts what is wanted, stops what is not, tries again what failed.
public final class Keeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);

    /// How long a process that is not heard of keeps its pipelines.
    private static final Duration LEASE = Duration.ofSeconds(30);

    private static final Duration LOOK = Duration.ofMillis(500);
    private static final long TELL_MS = 2_000;
    private static final long BEAT_MS = 4_000;
    private static final long RETRY_MS_MIN = 1_000;
    private static final long RETRY_MS_MAX = 300_000;
    private static final Set<String> TAKEN_NAMES = Set.of("runs", "check");

    private final Pipelines pipelines;
    private final Database database;
    private final Leases leases;
    private final InstantSource clock;
    private final Semaphore news = new Semaphore(0);

    /// Of this process; only the keeper's own thread looks at it.
    private final Map<String, Running> running = new HashMap<>();

    private volatile boolean closed;
    private @Nullable Thread thread;

    private static final class Running {
        private final Lease lease;
        private final PipelineRun run;
        private final long version;
        private final long attempts;
        private long toldMs;
        private long beatMs;
        private boolean cancelled;

        Running(Lease lease, PipelineRun run, Stored stored, long now) {
            this.lease = lease;
            this.run = run;
            this.version = stored.version();
            this.attempts = stored.attempts();
            this.toldMs = now;
            this.beatMs = now;
        }
    }

    /// @param database the one the pipelines are on
    public Keeper(Pipelines pipelines, Database database, Leases leases, InstantSource clock) {
        this.pipelines = pipelines;
        this.database = database;
        this.leases = leases;
        this.clock = clock;
        database.migrate(KeptRows.COMPONENT, KeptRows.MIGRATIONS);
    }

    public void start() {
        thread = Thread.ofVirtual().name("pipelines").start(this::keep);
    }

    /// Keeps a job from now on, here or in another process.
    ///
    /// @param replace whether it may take the place of another job of its name; it goes on where
    ///   that one was, as far as its sources are the same
    /// @throws dev.tarn.pipeline.job.JobException with all that is wrong; nothing is kept
    /// @throws PipelineException if the name is taken, or cannot be one
    public Kept create(JobSource job, Map<String, String> variables, boolean replace) {
        String name = pipelines.check(job, variables).name();
        if (TAKEN_NAMES.contains(name)) {
            throw new PipelineException(
                    "A pipeline cannot be called %s, give it another job.name".formatted(name));
        }
        String folder = job.baseDirectory().toString();
        boolean done =
                database.write(tx -> {
                    boolean replaced =
                            replace
                                    && KeptRows.replace(
                                            tx,
                                            name,
                                            job.text(),
                                            job.name(),
                                            folder,
                                            variables,
                                            clock.millis());
                    boolean made =
                            replaced
                                    || KeptRows.insert(
                                            tx,
                                            name,
                                            job.text(),
                                            job.name(),
                                            folder,
                                            variables,
                                            clock.millis());
                    if (made) {
                        KeptRows.log(tx, name, replaced ? "replaced" : "created", clock.millis());
                    }
                    return made;
                });
        if (!done) {
            throw new PipelineException(
                    "Pipeline %s exists already: replace it, or drop it first".formatted(name));
        }
        news.release();
        return require(name);
    }

    public List<Kept> list() {
        return database.read(tx -> KeptRows.all(tx).stream().map(Stored::kept).toList());
    }

    public Optional<Kept> find(String name) {
        return database.read(tx -> KeptRows.find(tx, name).map(Stored::kept));
    }

    private Kept require(String name) {
        return find(name)
                .orElseThrow(() -> new PipelineException("Pipeline does not exist: " + name));
    }

    /// Lets it run; empty if there is none of the name.
    ///
    /// @throws PipelineException if it cannot begin so
    public Optional<Kept> run(String name, RunOptions options) {
        if (options.from() != null && find(name).isPresent()) {
            pipelines.requirePast(name, options.from());
        }
        return want(name, true, options);
    }

    /// Lets it come to an end after a commit, and stay; empty if there is none of the name.
    public Optional<Kept> pause(String name) {
        return want(name, false, RunOptions.DEFAULT);
    }

    private Optional<Kept> want(String name, boolean run, RunOptions options) {
        boolean known = database.write(tx -> KeptRows.want(tx, name, run, options, clock.millis()));
        news.release();
        return known ? find(name) : Optional.empty();
    }

    /// Keeps it no longer; its tables and positions stay. Tells whether there was one.
    public boolean drop(String name) {
        boolean known = database.write(tx -> KeptRows.delete(tx, name));
        news.release();
        return known;
    }

    /// What happened to it, behind line number `after`.
    public List<KeptLine> lines(String name, long after) {
        return database.read(tx -> KeptRows.lines(tx, name, after));
    }

    private void keep() {
        while (!closed) { // ends when it is closed
            try {
                look();
            } catch (StoreException | OutcomeUnknownException e) {
                LOG.warn("pipelines wait for the database", e);
            } catch (RuntimeException e) {
                // A defect of ours must not keep the other pipelines from being looked after.
                LOG.error("looking after the pipelines failed, tried again soon", e);
            }
            try {
                news.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS);
                news.drainPermits();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void look() {
        List<Stored> all = database.read(KeptRows::all);
        Set<String> gone = new HashSet<>(running.keySet());
        for (Stored stored : all) {
            String name = stored.kept().name();
            gone.remove(name);
            Running here = running.get(name);
            if (here != null) {
                look(name, here, stored);
            } else if (isDue(stored)) {
                begin(stored);
            } else if (!stored.wanted() && stored.kept().state() == State.RUNNING) {
                settle(stored);
            }
        }
        for (String name : gone) {
            Running here = running.get(name);
            if (here != null) {
                cancel(here);
                endIfEnded(name, here, Optional.empty());
            }
        }
    }

    private boolean isDue(Stored stored) {
        State state = stored.kept().state();
        boolean waits = state == State.WAITING || state == State.FAILING || state == State.RUNNING;
        boolean due = stored.kept().due() == null || !stored.kept().due().isAfter(clock.instant());
        return stored.wanted() && waits && due;
    }

    private void begin(Stored stored) {
        String name = stored.kept().name();
        Optional<Lease> lease = leases.acquire("pipeline " + name, LEASE);
        if (lease.isEmpty()) {
            return;
        }
        Kept kept = stored.kept();
        try {
            PipelineRun run =
                    pipelines.start(
                            new JobSource(kept.job(), kept.file(), Path.of(kept.folder())),
                            kept.variables(),
                            stored.options(),
                            line -> LOG.debug("pipeline={} console {}", name, line));
            running.put(name, new Running(lease.get(), run, stored, clock.millis()));
            write(tx -> KeptRows.begun(tx, name, stored.version(), clock.millis()));
        } catch (RuntimeException e) {
            if (running.containsKey(name)) {
                // It runs; what could not be told is told later.
                throw e;
            }
            fail(name, stored.attempts(), String.valueOf(e.getMessage()));
            lease.get().close();
        }
    }

    /// Of a process that was killed before it could pause it.
    private void settle(Stored stored) {
        String name = stored.kept().name();
        Optional<Lease> lease = leases.acquire("pipeline " + name, LEASE);
        lease.ifPresent(held -> {
            write(tx -> KeptRows.state(tx, name, State.PAUSED, "paused", 0, 0, clock.millis()));
            held.close();
        });
    }

    private void look(String name, Running here, Stored stored) {
        long now = clock.millis();
        if (!stored.wanted() || (stored.version() != here.version && needsAnother(stored))) {
            cancel(here);
        }
        if (now - here.beatMs >= BEAT_MS) {
            here.beatMs = now;
            if (!here.lease.renew()) {
                cancel(here);
            }
        }
        if (!endIfEnded(name, here, Optional.of(stored)) && now - here.toldMs >= TELL_MS) {
            here.toldMs = now;
            write(tx -> KeptRows.progress(tx, name, here.run.progress()));
        }
    }

    /// Whether a command since the start asks for another run than this one.
    private static boolean needsAnother(Stored stored) {
        return stored.kept().state() == State.WAITING;
    }

    private static void cancel(Running here) {
        if (!here.cancelled) {
            here.cancelled = true;
            here.run.cancel();
        }
    }

    private boolean endIfEnded(String name, Running here, Optional<Stored> stored) {
        Progress progress = here.run.progress();
        if (!progress.ended()) {
            return false;
        }
        running.remove(name);
        try {
            if (here.lease.isHeld() && stored.isPresent()) {
                write(tx -> KeptRows.progress(tx, name, progress));
                ended(name, here, progress, stored.get());
            }
        } finally {
            here.lease.close();
        }
        return true;
    }

    private void ended(String name, Running here, Progress progress, Stored stored) {
        for (String note : progress.notes()) {
            write(tx -> KeptRows.log(tx, name, note, clock.millis()));
        }
        switch (progress.state()) {
            case FINISHED -> state(name, stored, State.FINISHED, "finished");
            case CANCELLED ->
                    state(
                            name,
                            stored,
                            stored.wanted() ? State.WAITING : State.PAUSED,
                            stored.wanted() ? "stopped here, goes on where it was" : "paused");
            default -> {
                if (!stored.wanted()) {
                    state(
                            name,
                            stored,
                            State.PAUSED,
                            "paused, it had failed: " + progress.message());
                    return;
                }
                // One that got on is tried again as if it had never failed.
                long attempts = progress.rowsCommitted() > 0 ? 0 : here.attempts;
                fail(name, attempts, progress.message());
            }
        }
    }

    private void state(String name, Stored stored, State state, String message) {
        boolean another = state == State.FINISHED && stored.wanted() && needsAnother(stored);
        if (!another) {
            write(tx -> KeptRows.state(tx, name, state, message, 0, 0, clock.millis()));
        }
    }

    private void fail(String name, long attempts, String message) {
        long delay = Math.min(RETRY_MS_MAX, RETRY_MS_MIN << Math.min(attempts, 20));
        long now = clock.millis();
        write(tx ->
                KeptRows.state(tx, name, State.FAILING, message, attempts + 1, now + delay, now));
        LOG.info("pipeline={} failed, again in {} ms: {}", name, delay, message);
    }

    private void write(java.util.function.Consumer<dev.tarn.store.Transaction> work) {
        database.<Boolean>write(tx -> {
            work.accept(tx);
            return true;
        });
    }

    /// Ends the runs after a commit each; another process, or this one's next, goes on with them.
    @Override
    public void close() {
        closed = true;
        news.release();
        try {
            Thread keeping = thread;
            if (keeping != null) {
                keeping.join();
            }
            running.values().forEach(Keeper::cancel);
            for (Map.Entry<String, Running> entry : Map.copyOf(running).entrySet()) {
                entry.getValue().run.await();
                tellEnd(entry.getKey(), entry.getValue());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tellEnd(String name, Running here) {
        try {
            endIfEnded(name, here, database.read(tx -> KeptRows.find(tx, name)));
        } catch (StoreException | OutcomeUnknownException e) {
            LOG.warn("pipeline={} ended, which could not be told", name, e);
        }
    }
}
