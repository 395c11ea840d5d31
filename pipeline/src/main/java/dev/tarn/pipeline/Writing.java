package dev.tarn.pipeline;

import dev.tarn.pipeline.Plan.Flow;
import dev.tarn.pipeline.Plan.Outlet;
import dev.tarn.pipeline.lake.ForeignCatalog;
import dev.tarn.pipeline.lake.ForeignFileIO;
import dev.tarn.pipeline.lake.OwnCatalog;
import dev.tarn.pipeline.lake.TargetCatalog.Changes;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Rejected;
import dev.tarn.pipeline.row.RowKind;
import dev.tarn.pipeline.sink.Branch;
import dev.tarn.pipeline.sink.Columnwise;
import dev.tarn.pipeline.sink.DeadLetters;
import dev.tarn.pipeline.sink.IcebergSink;
import dev.tarn.pipeline.sink.IcebergSink.DataSaveMode;
import dev.tarn.pipeline.sink.Memory;
import dev.tarn.pipeline.sink.RowWriter;
import dev.tarn.pipeline.sink.TableWriter;
import dev.tarn.pipeline.sink.UpsertWriter;
import dev.tarn.pipeline.sink.Written;
import dev.tarn.pipeline.source.Mark;
import dev.tarn.store.Transaction;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.expressions.Expressions;

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
    private final SequencedMap<TableIdentifier, Target> targets = new LinkedHashMap<>();
    private final List<Consumer<Transaction>> unsaved = new ArrayList<>();

    private final Memory.Share memory;
    private long epoch;
    private long sequence;
    private long commitNanos = System.nanoTime();
    private long rowsSinceCommit;

    Writing(Plan plan, Ledger ledger, InstantSource clock, Counters counters, Memory memory) {
        this.plan = plan;
        this.memory = memory.share();
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

    void prepare(boolean fresh) {
        if (plan.catalog() instanceof ForeignCatalog other) {
            String note =
                    "Tables lie in the catalog %s: each gets its rows exactly once, one table after the other, not all in one moment"
                            .formatted(other.title());
            if (!counters.notes.contains(note)) {
                counters.notes.add(note);
            }
        }
        Set<TableIdentifier> prepared = new HashSet<>();
        for (Flow flow : plan.flows()) {
            for (Outlet outlet : flow.tables()) {
                IcebergSink sink = outlet.sink();
                if (prepared.add(sink.name())) {
                    counters.notes.addAll(sink.prepare(plan.catalog(), fresh));
                }
                target(sink);
            }
            if (flow.deadLetters() != null) {
                DeadLetters.prepare(plan.catalog(), flow.deadLetters());
                target(flow.deadLetters(), Branch.MAIN, TableWriter::new, Map.of());
            }
        }
    }

    private void target(IcebergSink sink) {
        if (!sink.upserts()) {
            target(sink.name(), sink.branch(), TableWriter::new, sink.writeProperties());
            return;
        }
        target(
                sink.name(),
                sink.branch(),
                (table, properties) -> {
                    try {
                        return new UpsertWriter(
                                table,
                                properties,
                                () -> plan.catalog().load(sink.name()),
                                sink.branch(),
                                sink.keyIds(table.schema()),
                                memory);
                    } catch (IllegalArgumentException e) {
                        throw new PipelineException(String.valueOf(e.getMessage()), e);
                    }
                },
                sink.writeProperties());
    }

    private void target(
            TableIdentifier name,
            Branch branch,
            BiFunction<Table, Map<String, String>, RowWriter> writer,
            Map<String, String> ofJob) {
        Target target =
                targets.computeIfAbsent(
                        name,
                        n -> {
                            Table table = plan.catalog().load(n);
                            requireBranch(branch, table);
                            Map<String, String> properties = new HashMap<>(table.properties());
                            properties.putAll(ofJob);
                            return new Target(n, table, branch, writer.apply(table, properties));
                        });
        if (!target.branch().equals(branch)) {
            throw new PipelineException(
                    "Table %s: expected one branch in a job, found %s and %s"
                            .formatted(name, target.branch().name(), branch.name()));
        }
    }

    private static void requireBranch(Branch branch, Table table) {
        try {
            branch.requireNoTag(table);
        } catch (IllegalArgumentException e) {
            throw new PipelineException(String.valueOf(e.getMessage()), e);
        }
    }

    private Target require(TableIdentifier name) {
        Target target = targets.get(name);
        if (target == null) {
            throw new IllegalStateException("No writer for " + name);
        }
        return target;
    }

    /// The first commit of a run that starts anew or goes back: of one that starts anew old rows go
    /// if the job says so.
    void open(RunOptions options) {
        Changes changes = plan.catalog().begin();
        boolean dropped = options.from() == null && drop(changes);
        boolean forget = dropped || options.again();
        long expected = sequence;
        changes.commit(
                tx -> ledger.open(tx, epoch, expected, forget, options.from(), clock.millis()));
        sequence++;
    }

    /// Whether any table begins without rows, as its sink says.
    private boolean drop(Changes changes) {
        boolean dropped = false;
        for (Flow flow : plan.flows()) {
            for (Outlet outlet : flow.tables()) {
                IcebergSink sink = outlet.sink();
                Table table = changes.table(sink.name());
                Snapshot head = sink.branch().head(table);
                boolean hasRows = head != null && !"0".equals(head.summary().get("total-records"));
                if (sink.dataSaveMode() == DataSaveMode.ERROR_WHEN_DATA_EXISTS && hasRows) {
                    throw new PipelineException(
                            "Table %s has rows and data_save_mode is ERROR_WHEN_DATA_EXISTS"
                                    .formatted(sink.name()));
                }
                if (sink.dataSaveMode() == DataSaveMode.DROP_DATA) {
                    dropped = true;
                    if (hasRows) {
                        table.newDelete()
                                .deleteFromRowFilter(Expressions.alwaysTrue())
                                .toBranch(sink.branch().name())
                                .commit();
                    }
                }
            }
        }
        return dropped;
    }

    /// Matches the columns of a flow with those of its tables.
    Way way(Flow flow) {
        List<Route> routes = new ArrayList<>();
        List<Set<String>> required = new ArrayList<>();
        flow.source().tables().forEach(_ -> required.add(new HashSet<>()));
        var key = new StringBuilder(flow.label());
        for (Outlet outlet : flow.tables()) {
            IcebergSink sink = outlet.sink();
            Target target = require(sink.name());
            if (outlet.lane().transforms().isEmpty()) {
                required.get(outlet.from()).addAll(sink.required(plan.catalog()));
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
            // A table that was dropped and made anew is another table: nothing is loaded there.
            key.append('|').append(target.table().uuid());
            if (!sink.branch().isMain()) {
                key.append('@').append(sink.branch().name());
            }
        }
        return new Way(flow, key.toString(), List.copyOf(routes), required);
    }

    /// How many rows the next batch may have.
    int batchRows() {
        return Math.clamp(plan.checkpointRows() - rowsSinceCommit, 1, BATCH_ROWS);
    }

    void write(Way way, Batch batch) {
        long began = System.nanoTime();
        for (Route route : way.routes()) {
            if (route.from() == batch.table()) {
                write(route, batch);
            }
        }
        relieve();
        way.flow().consoles().forEach(screen -> screen.sink().write(screen.stage().through(batch)));
        counters.hasWritten(began);
        counters.rows += batch.size();
        rowsSinceCommit += Math.max(1, batch.size());
    }

    /// Ends files early where there is too much in memory.
    private void relieve() {
        memory.holds(buffered());
        while (memory.mustGive()) { // ends: each step ends a file
            RowWriter most =
                    targets.values().stream()
                            .map(Target::writer)
                            .max(Comparator.comparingLong(RowWriter::buffered))
                            .orElseThrow();
            if (!most.endLargest()) {
                return;
            }
            memory.holds(buffered());
        }
    }

    private long buffered() {
        long bytes = 0;
        for (Target target : targets.values()) {
            bytes += target.writer().buffered();
        }
        return bytes;
    }

    /// Whether it is time for a commit.
    boolean isDue() {
        return rowsSinceCommit >= plan.checkpointRows()
                || System.nanoTime() - commitNanos >= plan.checkpointMillis() * 1_000_000L;
    }

    /// A catalog gives keys for a while. Asked where a run may begin anew, which gets it others.
    ///
    /// @throws ChangedException if those of a table end soon
    void requireKeys() {
        for (Target target : targets.values()) {
            if (target.table().io() instanceof ForeignFileIO io && io.endsSoon(clock.millis())) {
                throw ChangedException.expected(
                        "The keys for table %s end soon".formatted(target.name()));
            }
        }
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
        Target target = require(name);
        DeadLetters.write(
                target.writer(), target.table().schema(), plan.name(), row, clock.instant());
    }

    /// Rows and positions since the last commit, in one transaction.
    void commit(boolean finish) {
        long began = System.nanoTime();
        SequencedMap<Target, Written> files = new LinkedHashMap<>();
        for (Target target : targets.values()) {
            Written written = target.writer().complete();
            if (!written.isEmpty()) {
                files.put(target, written);
            }
        }
        memory.holds(0);
        publisher.publish(new Publisher.Commit(epoch, sequence, files, tx -> save(tx, finish)));
        counters.hasCommitted(began, !files.isEmpty());
        sequence++;
        counters.snapshots += files.isEmpty() ? 0 : 1;
        unsaved.clear();
        rowsSinceCommit = 0;
        counters.rowsCommitted = counters.rows;
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
        memory.close();
    }

    /// Removes what was written and not committed.
    void abort() {
        targets.values().forEach(target -> abort(target.writer()));
    }

    private void abort(RowWriter writer) {
        try {
            writer.abort();
        } catch (RuntimeException e) {
            // The files stay as orphans, which maintenance removes; the first failure is told.
            counters.notes.add("Files of the failed run stay behind: " + e.getMessage());
        }
    }
}
