package dev.tarn.pipeline;

import dev.tarn.catalog.Catalog;
import dev.tarn.pipeline.job.JobFile;
import dev.tarn.pipeline.job.JobSource;
import dev.tarn.pipeline.job.OptionTable;
import dev.tarn.pipeline.sink.Memory;
import dev.tarn.pipeline.transform.Transforms;
import dev.tarn.store.Database;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// Runs job files against the catalog of this process.
public final class Pipelines {
    private final Catalog catalog;
    private final Database database;
    private final InstantSource clock;
    private final Supplier<Set<String>> ownUris;
    private final Map<String, String> environment;
    private final Memory memory;
    private final Map<String, PipelineRun> running = new ConcurrentHashMap<>();

    /// As the heap allows.
    ///
    /// @param database the one the catalog is on
    /// @param ownUris addresses under which a job may name this server's catalog; asked for when a
    ///   job is read, since a server learns its port late
    /// @param environment where variables come from that the caller does not give
    public Pipelines(
            Catalog catalog,
            Database database,
            InstantSource clock,
            Supplier<Set<String>> ownUris,
            Map<String, String> environment) {
        this(catalog, database, clock, ownUris, environment, Memory.ofHeap());
    }

    Pipelines(
            Catalog catalog,
            Database database,
            InstantSource clock,
            Supplier<Set<String>> ownUris,
            Map<String, String> environment,
            Memory memory) {
        this.memory = memory;
        this.catalog = catalog;
        this.database = database;
        this.clock = clock;
        this.ownUris = ownUris;
        this.environment = Map.copyOf(environment);
        database.migrate(Ledger.COMPONENT, Ledger.MIGRATIONS);
    }

    /// Tells what a run would do, and does nothing.
    ///
    /// @throws dev.tarn.pipeline.job.JobException with all that is wrong with the file
    public JobCheck check(JobSource job, Map<String, String> variables) {
        Plan plan = plan(job, variables, line -> {});
        try {
            var ledger = new Ledger(database, plan.name());
            return JobCheck.of(plan, new Names(ledger, 0, false));
        } finally {
            plan.catalog().close();
        }
    }

    /// Starts a run. Rows of a Console sink go to `console`, line by line.
    ///
    /// @throws dev.tarn.pipeline.job.JobException with all that is wrong; nothing was started
    /// @throws PipelineException if this process runs the pipeline already
    public PipelineRun start(
            JobSource job,
            Map<String, String> variables,
            RunOptions options,
            Consumer<String> console) {
        Plan plan = plan(job, variables, console);
        var loading =
                new Loading(
                        plan,
                        () -> plan(job, variables, console),
                        new Ledger(database, plan.name()),
                        options,
                        clock,
                        memory);
        String name = plan.name();
        var run = new PipelineRun(loading, () -> running.remove(name));
        if (running.putIfAbsent(name, run) != null) {
            plan.catalog().close();
            throw new PipelineException(
                    "Pipeline %s is running already, wait for it or cancel it".formatted(name));
        }
        return run.begin();
    }

    private Plan plan(JobSource job, Map<String, String> variables, Consumer<String> console) {
        Set<String> own =
                ownUris.get().stream().map(Catalogs::normalised).collect(Collectors.toSet());
        return Plan.of(job, variables, environment, new Catalogs(catalog, database, own), console);
    }

    /// Where a pipeline stood in its logs after its last commits, the newest first.
    public List<PastCommit> past(String name, int most) {
        return database.read(tx -> new Marks(database, name).past(tx, most));
    }

    /// @throws PipelineException unless it is known where a pipeline stood after this commit
    public void requirePast(String name, long commit) {
        database.read(tx -> {
            new Marks(database, name).require(tx, commit);
            return commit;
        });
    }

    /// The runs of this process that have not ended.
    public List<PipelineRun> running() {
        return List.copyOf(running.values());
    }

    /// Bytes of memory that all runs of this process hold for open files and keys.
    public long held() {
        return memory.held();
    }

    /// The reference of all options, as Markdown.
    public static String reference() {
        List<OptionTable> tables = new ArrayList<>(List.of(JobFile.ENV));
        tables.addAll(Plan.SOURCES);
        tables.addAll(Transforms.OPTIONS);
        tables.addAll(Plan.SINKS);
        return tables.stream().map(OptionTable::markdown).collect(Collectors.joining("\n"));
    }
}
