package dev.tarn.pipeline;

import dev.tarn.pipeline.Plan.Flow;
import dev.tarn.pipeline.Plan.Outlet;
import dev.tarn.pipeline.lake.ForeignCatalog;
import dev.tarn.pipeline.lake.OwnCatalog;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Rejected;
import dev.tarn.pipeline.row.RowKind;
import dev.tarn.pipeline.sink.Columnwise;
import dev.tarn.pipeline.sink.DeadLetters;
import dev.tarn.pipeline.sink.IcebergSink;
import dev.tarn.pipeline.sink.Memory;
import dev.tarn.pipeline.sink.RowWriter;
import dev.tarn.pipeline.sink.TableWriter;
import dev.tarn.pipeline.sink.UpsertWriter;
import dev.tarn.pipeline.sink.Written;
import dev.tarn.pipeline.source.Mark;
import dev.tarn.pipeline.source.Renames;
import dev.tarn.store.Transaction;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.types.Types;

/// What a run writes: rows into open files, rejected ones into theirs, and now and then all of it
/// into the tables, in one transaction with the positions behind the rows.
@SuppressWarnings("NonAtomicVolatileUpdate") // One thread writes; the others only look.
final class Writing {
    private static final int BATCH_ROWS = 4_096;

    /// A target of one flow, with its columns matched.
    private record Route(Target target, Stage stage, int from, Columnwise columns) {}

    /// Where the rows of a flow go.
    ///
    /// @param key of what the flow has read: a source and the tables it feeds
    /// @param required for each table of the source the columns in which a null does not fit
    record Way(Flow flow, String key, List<Route> routes, List<Set<String>> required) {}

    private final Plan plan;
    private final Publisher publisher;
    private final Ledger ledger;
    private final InstantSource clock;
    private final Counters counters;
    private final Targets targets;
    private final Opening opening;
    private final Merging merging;
    private final List<Consumer<Transaction>> unsaved = new ArrayList<>();

    private Renames renames = Renames.NONE;
    private long epoch;
    private long sequence;
    private long commitNanos = System.nanoTime();
    private long rowsSinceCommit;

    Writing(Plan plan, Ledger ledger, InstantSource clock, Counters counters, Memory memory) {
        this.plan = plan;
        Memory.Share share = memory.share();
        this.targets = new Targets(plan, share);
        this.opening = new Opening(plan, targets, ledger, clock, counters);
        this.merging = new Merging(plan, ledger, share, counters);
        this.publisher =
                switch (plan.catalog()) {
                    case OwnCatalog own -> new AtOnce(plan.name(), own, ledger);
                    case ForeignCatalog other -> new TableByTable(plan.name(), other, ledger);
                };
        this.ledger = ledger;
        this.clock = clock;
        this.counters = counters;
    }

    /// Takes the pipeline over.
    Ledger.Started start() {
        Ledger.Started started = ledger.start(clock.millis());
        epoch = started.epoch();
        sequence = started.sequence();
        return started;
    }

    /// Notes how a run ended that did not finish.
    void note(String state) {
        if (epoch > 0) {
            ledger.note(epoch, state, clock.millis());
        }
    }

    /// Ends what the last run has begun.
    void recover() {
        publisher.recover(epoch);
    }

    /// @param fresh whether the run starts anew, not where another stopped
    /// @param again whether everything is loaded anew
    void prepare(boolean fresh, boolean again) {
        var names = new Names(ledger, epoch, again);
        renames = opening.prepare(fresh, names);
        unsaved.addAll(names.unsaved());
    }

    /// What was known of renamed columns when the run began.
    Renames renames() {
        return renames;
    }

    /// The first commit of a run that starts anew or goes back.
    void open(RunOptions options) {
        opening.open(epoch, sequence, options);
        sequence++;
    }

    /// Matches the columns of a flow with those of its tables.
    Way way(Flow flow) {
        List<Route> routes = new ArrayList<>();
        List<Set<String>> required = new ArrayList<>();
        flow.source().tables().forEach(_ -> required.add(new HashSet<>()));
        for (Outlet outlet : flow.tables()) {
            IcebergSink sink = outlet.sink();
            Target target = targets.require(sink.name());
            if (outlet.lane().transforms().isEmpty()) {
                target.table().schema().columns().stream()
                        .filter(Types.NestedField::isRequired)
                        .forEach(column -> required.get(outlet.from()).add(column.name()));
            }
            Columnwise columns;
            try {
                columns =
                        Columnwise.of(
                                outlet.lane().columns().schema(),
                                target.table().schema(),
                                sink.name().toString());
            } catch (IllegalArgumentException e) {
                throw new PipelineException("%s: %s".formatted(flow.label(), e.getMessage()), e);
            }
            routes.add(new Route(target, outlet.stage(), outlet.from(), columns));
        }
        return new Way(flow, opening.key(flow), List.copyOf(routes), required);
    }

    /// Whether what comes of a flow may be hidden for a while, and corrected by key: its tables are
    /// upserted, by this flow alone.
    boolean mayHide(Flow flow) {
        for (Outlet outlet : flow.tables()) {
            TableIdentifier name = outlet.sink().name();
            long flows =
                    plan.flows().stream()
                            .filter(f ->
                                    f.tables().stream().anyMatch(o -> o.sink().name().equals(name)))
                            .count();
            if (flows > 1 || !outlet.sink().upserts()) {
                return false;
            }
        }
        return !flow.tables().isEmpty();
    }

    /// Goes on behind rows that the last run has hidden.
    ///
    /// @return false if they are not there any more as they were left
    boolean stayHidden(Way way) {
        List<Target> its = way.routes().stream().map(Route::target).distinct().toList();
        if (!its.stream().allMatch(t -> t.hasHidden(plan.catalog().load(t.name())))) {
            return false;
        }
        its.forEach(Target::stayHidden);
        return true;
    }

    /// The next commit hides what comes of a flow, or shows all of it.
    void hide(Way way, boolean hides) {
        way.routes().forEach(route -> route.target().hide(hides));
    }

    /// How many rows the next batch may have. Where a commit is due and has to wait for the source,
    /// as many as ever.
    int batchRows() {
        long left = plan.checkpointRows() - rowsSinceCommit;
        return left <= 0 ? BATCH_ROWS : (int) Math.min(left, BATCH_ROWS);
    }

    void write(Way way, Batch batch) {
        long began = System.nanoTime();
        for (Route route : way.routes()) {
            if (route.from() == batch.table()) {
                write(route, batch);
            }
        }
        targets.relieve();
        way.flow().consoles().forEach(screen -> screen.sink().write(screen.stage().through(batch)));
        counters.hasWritten(began);
        counters.rows += batch.size();
        rowsSinceCommit += Math.max(1, batch.size());
    }

    /// A table of the source has no rows any more: so have those that it alone feeds.
    void empty(Way way, int table) {
        for (Route route : way.routes()) {
            boolean passes =
                    route.stage().tables().get(table).transforms().stream()
                            .allMatch(transform -> transform.passes(RowKind.DELETE));
            if (route.from() == table && passes) {
                empty(way, route.target(), table);
            }
        }
        rowsSinceCommit++;
    }

    private void empty(Way way, Target target, int table) {
        String source = way.flow().source().tables().get(table).path();
        String reason = "it takes appended rows only";
        long feeding =
                plan.flows().stream()
                        .flatMap(flow -> flow.tables().stream())
                        .filter(outlet -> outlet.sink().name().equals(target.name()))
                        .count();
        if (feeding > 1) {
            reason = "others feed it too";
        } else if (target.writer() instanceof UpsertWriter upsert) {
            try {
                upsert.deleteAll();
                tell("Table %s was emptied: %s was truncated".formatted(target.name(), source));
                return;
            } catch (IllegalArgumentException | Memory.OutOfRoomException e) {
                reason = String.valueOf(e.getMessage());
            }
        }
        throw new PipelineException(
                "Table %s was truncated, which table %s cannot follow: %s. Run the job with --again and data_save_mode = DROP_DATA"
                        .formatted(source, target.name(), reason));
    }

    private void tell(String note) {
        if (!counters.notes.contains(note)) {
            counters.notes.add(note);
        }
    }

    /// Whether it is time for a commit.
    boolean isDue() {
        return rowsSinceCommit >= plan.checkpointRows()
                || System.nanoTime() - commitNanos >= plan.checkpointMillis() * 1_000_000L;
    }

    /// See [Targets#requireKeys].
    void requireKeys() {
        targets.requireKeys(clock.millis());
    }

    /// There is nothing to commit: the next one is due a whole interval from now.
    void rest() {
        commitNanos = System.nanoTime();
    }

    /// Forgets what was read since the last commit.
    void discard() {
        abort();
        unsaved.clear();
        counters.rows = counters.rowsCommitted;
        rowsSinceCommit = 0;
    }

    /// Stores with the next commit how far a partition of a log was read.
    ///
    /// @param place of the mark, as people call it
    void save(String partition, Mark mark, String source, String place) {
        save(tx ->
                ledger.marks()
                        .save(tx, sequence + 1, source, partition, mark, place, clock.millis()));
    }

    /// To be done in the next commit.
    void save(Consumer<Transaction> change) {
        unsaved.add(change);
    }

    private static void write(Route route, Batch batch) {
        Batch rows = route.stage().through(batch);
        Table table = route.target().table();
        if (!route.stage().steps().isEmpty()) {
            // The source looked at its own columns; behind a transform there may be other nulls.
            route.columns()
                    .firstMissing(rows, table.schema())
                    .ifPresent(column -> {
                        throw new PipelineException(
                                "Table %s requires the column %s, a row comes out of %s without"
                                        .formatted(table.name(), column, route.stage().label()));
                    });
        }
        RowWriter writer = route.target().writer();
        if (writer instanceof TableWriter && !rows.insertsOnly()) {
            requireInserts(rows, table.name());
        }
        try {
            writer.write(rows, route.columns());
        } catch (IllegalArgumentException | Memory.OutOfRoomException e) {
            throw new PipelineException("Table %s: %s".formatted(table.name(), e.getMessage()), e);
        }
    }

    private static void requireInserts(Batch rows, String table) {
        for (int row = 0; row < rows.size(); row++) {
            RowKind kind = rows.kind(row);
            if (kind != RowKind.INSERT) {
                throw new PipelineException(
                        "Table %s takes appended rows only, and one of kind %s came: set iceberg.table.upsert-mode-enabled = true, or leave such rows out with FilterRowKind"
                                .formatted(table, kind));
            }
        }
    }

    void reject(Flow flow, Rejected row) {
        TableIdentifier name = flow.deadLetters();
        if (name == null) {
            throw new PipelineException(row.sentence());
        }
        counters.rejected++;
        if (counters.rejected > flow.rejectedMax()) {
            throw new PipelineException(
                    "%s: more than %s rows rejected, the last: %s"
                            .formatted(flow.label(), flow.rejectedMax(), row.sentence()));
        }
        Target target = targets.require(name);
        DeadLetters.write(
                target.writer(), target.table().schema(), plan.name(), row, clock.instant());
    }

    /// Rows and positions since the last commit, in one transaction.
    void commit(boolean finish) {
        long began = System.nanoTime();
        SequencedMap<Target, Written> files = targets.complete();
        publisher.publish(new Publisher.Commit(epoch, sequence, files, tx -> save(tx, finish)));
        counters.hasCommitted(began, !files.isEmpty());
        sequence++;
        counters.snapshots += files.isEmpty() ? 0 : 1;
        unsaved.clear();
        rowsSinceCommit = 0;
        counters.rowsCommitted = counters.rows;
        merging.afterCommit(epoch, files.keySet(), finish);
        commitNanos = System.nanoTime();
    }

    private void save(Transaction tx, boolean finish) {
        ledger.commit(tx, epoch, sequence, counters.rejected, clock.millis());
        unsaved.forEach(change -> change.accept(tx));
        if (finish) {
            ledger.finish(tx);
        }
    }

    /// Holds no memory any more.
    void release() {
        targets.release();
    }

    /// Removes what was written and not committed.
    void abort() {
        targets.abort(
                e -> counters.notes.add("Files of the failed run stay behind: " + e.getMessage()));
    }
}
