package dev.tarn.pipeline;

import dev.tarn.catalog.Catalog;
import dev.tarn.catalog.table.PendingCommit;
import dev.tarn.pipeline.Plan.Flow;
import dev.tarn.pipeline.Plan.Outlet;
import dev.tarn.pipeline.Progress.State;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Rejected;
import dev.tarn.pipeline.sink.Columnwise;
import dev.tarn.pipeline.sink.DeadLetters;
import dev.tarn.pipeline.sink.IcebergSink;
import dev.tarn.pipeline.sink.IcebergSink.DataSaveMode;
import dev.tarn.pipeline.sink.TableWriter;
import dev.tarn.pipeline.source.Position;
import dev.tarn.pipeline.source.Split;
import dev.tarn.pipeline.source.SplitReader;
import dev.tarn.pipeline.source.files.FileSource;
import dev.tarn.store.OutcomeUnknownException;
import dev.tarn.store.Transaction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.expressions.Expressions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One run of a plan, from its first row to its last: read a batch, write it, and now and then
/// commit the rows together with the position behind them.
@SuppressWarnings("NonAtomicVolatileUpdate") // One thread writes; the others only look.
final class Loading implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Loading.class);
    private static final int BATCH_ROWS = 4_096;
    private static final int COMMIT_ATTEMPTS_MAX = 8;

    /// A table this run writes to: its writer, and the table as it was at the start.
    private record Target(Table table, TableWriter writer) {}

    /// A target of one flow, with its columns matched.
    private record Route(Target target, Stage stage, Columnwise columns) {}

    private final Plan plan;
    private final Catalog catalog;
    private final Ledger ledger;
    private final RunOptions options;
    private final InstantSource clock;
    private final SequencedMap<TableIdentifier, Target> targets = new LinkedHashMap<>();
    private final List<Consumer<Transaction>> unsaved = new ArrayList<>();
    private final List<String> notes = new CopyOnWriteArrayList<>();
    private final long startedNanos = System.nanoTime();

    private long epoch;
    private long sequence;
    private long commitNanos = System.nanoTime();
    private long rowsSinceCommit;

    private volatile boolean cancelled;
    private volatile State state = State.RUNNING;
    private volatile String message = "starting";
    private volatile long rows;
    private volatile long rowsCommitted;
    private volatile long rejected;
    private volatile long bytesBehind;
    private volatile long bytesHere;
    private volatile long bytesTotal;
    private volatile int filesDone;
    private volatile int filesSkipped;
    private volatile int filesTotal;
    private volatile int snapshots;
    private volatile long endedNanos;

    Loading(Plan plan, Catalog catalog, Ledger ledger, RunOptions options, InstantSource clock) {
        this.plan = plan;
        this.catalog = catalog;
        this.ledger = ledger;
        this.options = options;
        this.clock = clock;
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
        return new Progress(
                plan.name(),
                state,
                rows,
                rowsCommitted,
                rejected,
                bytesBehind + bytesHere,
                bytesTotal,
                filesDone,
                filesSkipped,
                filesTotal,
                (long) (rows / seconds),
                snapshots,
                tables.stream().distinct().toList(),
                notes,
                message);
    }

    @Override
    public void run() {
        try {
            load();
        } catch (RuntimeException | IOException | Error e) {
            targets.values().forEach(t -> abort(t.writer()));
            end(State.FAILED, sentence(e), "failed");
            LOG.info("pipeline run pipeline={} state=failed rows={}", plan.name(), rows, e);
        }
    }

    private void abort(TableWriter writer) {
        try {
            writer.abort();
        } catch (RuntimeException e) {
            // The files stay as orphans, which maintenance removes; the first failure is told.
            notes.add("Files of the failed run stay behind: " + e.getMessage());
        }
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
            case OutOfMemoryError memory ->
                    "Out of memory, give the program more or load fewer partitions at once";
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }

    private void end(State how, String sentence, @Nullable String noted) {
        endedNanos = System.nanoTime();
        if (noted != null && epoch > 0) {
            try {
                ledger.note(epoch, noted, clock.millis());
            } catch (RuntimeException e) {
                notes.add("The state could not be stored: " + e.getMessage());
            }
        }
        message = sentence;
        state = how;
    }

    private void load() throws IOException {
        Ledger.Started started = ledger.start(clock.millis());
        epoch = started.epoch();
        sequence = started.sequence();
        boolean resumed = started.resumed() && !options.again();
        rejected = resumed ? started.rejected() : 0;
        if (started.resumed()) {
            notes.add(
                    options.again()
                            ? "The last run did not end; its rows stay and all files are loaded"
                                    + " again"
                            : "Goes on where the last run stopped");
        }
        prepareTables(!resumed);
        if (!resumed) {
            open();
        }
        countFiles();
        for (Flow flow : plan.flows()) {
            if (!cancelled) {
                load(flow);
            }
        }
        if (cancelled) {
            commit(false);
            end(State.CANCELLED, "cancelled, the next run goes on from here", "cancelled");
            return;
        }
        commit(true);
        end(State.FINISHED, "finished", null);
        LOG.info(
                "pipeline run pipeline={} state=finished rows={} rejected={} files={} skipped={}"
                        + " commits={}",
                plan.name(),
                rows,
                rejected,
                filesDone,
                filesSkipped,
                snapshots);
    }

    private void prepareTables(boolean fresh) {
        Set<TableIdentifier> prepared = new HashSet<>();
        for (Flow flow : plan.flows()) {
            for (Outlet outlet : flow.tables()) {
                IcebergSink sink = outlet.sink();
                if (prepared.add(sink.name())) {
                    sink.prepare(catalog, plan.warehouse(), fresh);
                }
                target(sink.name(), sink.writeProperties());
            }
            if (flow.deadLetters() != null) {
                DeadLetters.prepare(catalog, plan.warehouse(), flow.deadLetters());
                target(flow.deadLetters(), Map.of());
            }
        }
    }

    private void target(TableIdentifier name, Map<String, String> ofJob) {
        targets.computeIfAbsent(
                name,
                n -> {
                    Table table = catalog.tables().begin(plan.warehouse()).table(n);
                    Map<String, String> properties = new HashMap<>(table.properties());
                    properties.putAll(ofJob);
                    return new Target(table, new TableWriter(table, properties));
                });
    }

    private Target require(TableIdentifier name) {
        Target target = targets.get(name);
        if (target == null) {
            throw new IllegalStateException("No writer for " + name);
        }
        return target;
    }

    /// The first commit of a run that starts anew: old rows go if the job says so.
    private void open() {
        PendingCommit pending = catalog.tables().begin(plan.warehouse());
        boolean dropped = false;
        for (Flow flow : plan.flows()) {
            for (Outlet outlet : flow.tables()) {
                IcebergSink sink = outlet.sink();
                Table table = pending.table(sink.name());
                boolean hasRows =
                        table.currentSnapshot() != null
                                && !"0"
                                        .equals(
                                                table.currentSnapshot()
                                                        .summary()
                                                        .get("total-records"));
                if (sink.dataSaveMode() == DataSaveMode.ERROR_WHEN_DATA_EXISTS && hasRows) {
                    throw new PipelineException(
                            "Table %s has rows and data_save_mode is ERROR_WHEN_DATA_EXISTS"
                                    .formatted(sink.name()));
                }
                if (sink.dataSaveMode() == DataSaveMode.DROP_DATA) {
                    dropped = true;
                    if (hasRows) {
                        table.newDelete().deleteFromRowFilter(Expressions.alwaysTrue()).commit();
                    }
                }
            }
        }
        boolean forget = dropped || options.again();
        long expected = sequence;
        pending.commit(tx -> ledger.open(tx, epoch, expected, forget, clock.millis()));
        sequence++;
    }

    private void countFiles() {
        long bytes = 0;
        int files = 0;
        for (Flow flow : plan.flows()) {
            if (flow.source().remembersSplits()) {
                List<Split> splits = flow.source().splits();
                files += splits.size();
                bytes += splits.stream().mapToLong(Split::bytes).sum();
            }
        }
        filesTotal = files;
        bytesTotal = bytes;
    }

    private void load(Flow flow) throws IOException {
        List<Route> routes = new ArrayList<>();
        Set<String> required = new HashSet<>();
        var key = new StringBuilder(flow.label());
        for (Outlet outlet : flow.tables()) {
            IcebergSink sink = outlet.sink();
            Target target = require(sink.name());
            if (outlet.stage().transforms().isEmpty()) {
                required.addAll(sink.required(catalog, plan.warehouse()));
            }
            Columnwise columns;
            try {
                columns =
                        Columnwise.of(
                                outlet.stage().columns().schema(),
                                target.table().schema(),
                                sink.name().toString());
            } catch (IllegalArgumentException e) {
                throw new PipelineException("%s: %s".formatted(flow.label(), e.getMessage()), e);
            }
            routes.add(new Route(target, outlet.stage(), columns));
            // A table that was dropped and made anew is another table: nothing is loaded there.
            key.append('|').append(target.table().uuid());
        }
        for (Split split : flow.source().splits()) {
            if (cancelled) {
                return;
            }
            load(flow, split, key.toString(), routes, required);
        }
    }

    private void load(Flow flow, Split split, String key, List<Route> routes, Set<String> required)
            throws IOException {
        boolean file = flow.source().remembersSplits();
        try {
            String fingerprint = "";
            Optional<Ledger.Loaded> loaded =
                    file ? ledger.loaded(key, split.name()) : Optional.empty();
            if (loaded.isPresent()) {
                fingerprint = unlessUnchanged(flow, split, loaded.get());
                if (fingerprint.isEmpty()) {
                    filesSkipped++;
                    bytesTotal -= split.bytes();
                    return;
                }
                notes.add(
                        "%s changed since it was loaded; it was loaded again, and its earlier %s rows stay"
                                .formatted(split.name(), loaded.get().rows()));
            } else {
                fingerprint = flow.source().fingerprint(split);
            }
            Position from = Position.START;
            Optional<Ledger.Read> read = ledger.position(key, split.name());
            if (read.isPresent()) {
                if (read.get().fingerprint().equals(fingerprint)) {
                    if (read.get().done()) {
                        return;
                    }
                    from = read.get().position();
                } else {
                    notes.add(
                            "%s changed after %s of its rows were loaded; it was loaded from its start, and they stay"
                                    .formatted(split.name(), read.get().position().rows()));
                }
            }
            message = "loading " + split.name();
            try (SplitReader reader = flow.source().open(split, from, required)) {
                read(flow, split, key, fingerprint, routes, reader);
            }
            bytesBehind += split.bytes();
            bytesHere = 0;
        } catch (IOException e) {
            throw new PipelineException(
                    "%s: cannot be read, %s".formatted(split.name(), FileSource.reason(e)), e);
        } catch (UncheckedIOException e) {
            throw new PipelineException(
                    "%s: cannot be read, %s".formatted(split.name(), e.getMessage()), e);
        }
    }

    /// The file's new fingerprint, or nothing if it is the one that was loaded.
    private static String unlessUnchanged(Flow flow, Split split, Ledger.Loaded loaded)
            throws IOException {
        if (loaded.size() == split.bytes() && loaded.modified() == split.modified()) {
            return "";
        }
        String fingerprint = flow.source().fingerprint(split);
        return fingerprint.equals(loaded.fingerprint()) ? "" : fingerprint;
    }

    private void read(
            Flow flow,
            Split split,
            String key,
            String fingerprint,
            List<Route> routes,
            SplitReader reader)
            throws IOException {
        while (true) {
            int wanted = (int) Math.min(BATCH_ROWS, plan.checkpointRows() - rowsSinceCommit);
            Batch batch = reader.next(Math.max(1, wanted), r -> reject(flow, r));
            if (batch == null) {
                break;
            }
            for (Route route : routes) {
                write(route, batch);
            }
            flow.consoles().forEach(screen -> screen.sink().write(screen.stage().through(batch)));
            rows += batch.size();
            rowsSinceCommit += Math.max(1, batch.size());
            bytesHere = reader.bytesRead();
            boolean due =
                    rowsSinceCommit >= plan.checkpointRows()
                            || System.nanoTime() - commitNanos
                                    >= plan.checkpointMillis() * 1_000_000L;
            if (due || cancelled) {
                var read = new Ledger.Read(reader.position(), fingerprint, false);
                unsaved.add(tx -> ledger.savePosition(tx, key, split.name(), read));
                commit(false);
                if (cancelled) {
                    return;
                }
            }
        }
        String change = flow.source().changeOrNull(split);
        if (change != null) {
            throw new PipelineException("%s: %s".formatted(split.name(), change));
        }
        long now = clock.millis();
        Position end = reader.position();
        if (flow.source().remembersSplits()) {
            filesDone++;
            unsaved.add(tx -> ledger.saveLoaded(tx, key, split, fingerprint, end.rows(), now));
        } else {
            var read = new Ledger.Read(end, fingerprint, true);
            unsaved.add(tx -> ledger.savePosition(tx, key, split.name(), read));
        }
    }

    private static void write(Route route, Batch batch) {
        Batch rows = route.stage().through(batch);
        Table table = route.target().table();
        if (!route.stage().transforms().isEmpty()) {
            // The source looked at its own columns; behind a transform there may be other nulls.
            route.columns()
                    .firstMissing(rows, table.schema())
                    .ifPresent(column -> {
                        throw new PipelineException(
                                "Table %s requires the column %s, a row comes out of %s without"
                                        .formatted(table.name(), column, route.stage().label()));
                    });
        }
        route.target().writer().write(rows, route.columns());
    }

    private void reject(Flow flow, Rejected row) {
        TableIdentifier name = flow.deadLetters();
        if (name == null) {
            throw new PipelineException(row.sentence());
        }
        rejected++;
        if (rejected > flow.rejectedMax()) {
            throw new PipelineException(
                    "%s: more than %s rows rejected, the last: %s"
                            .formatted(flow.label(), flow.rejectedMax(), row.sentence()));
        }
        Target target = require(name);
        DeadLetters.write(
                target.writer(), target.table().schema(), plan.name(), row, clock.instant());
    }

    /// Rows and positions since the last commit, in one transaction.
    private void commit(boolean finish) {
        SequencedMap<TableIdentifier, List<DataFile>> files = new LinkedHashMap<>();
        targets.forEach((name, target) -> {
            List<DataFile> written = target.writer().complete();
            if (!written.isEmpty()) {
                files.put(name, written);
            }
        });
        try {
            send(files, finish);
        } catch (CommitFailedException | Ledger.Fenced | PipelineException e) {
            // Surely nothing took effect, so nobody knows these files.
            files.forEach((name, written) ->
                    written.forEach(f -> require(name).table().io().deleteFile(f.location())));
            throw e;
        }
        sequence++;
        snapshots += files.isEmpty() ? 0 : 1;
        unsaved.clear();
        rowsSinceCommit = 0;
        rowsCommitted = rows;
        commitNanos = System.nanoTime();
    }

    private void send(SequencedMap<TableIdentifier, List<DataFile>> files, boolean finish) {
        for (int attempt = 1; ; attempt++) {
            PendingCommit pending = catalog.tables().begin(plan.warehouse());
            files.forEach((name, written) -> {
                Table table = pending.table(name);
                requireSame(name, table);
                AppendFiles append = table.newAppend();
                written.forEach(append::appendFile);
                append.set("tarn.pipeline", plan.name());
                append.commit();
            });
            try {
                pending.commit(tx -> save(tx, finish));
                return;
            } catch (CommitFailedException e) {
                // Somebody else changed a table; these files go on top of that as well.
                if (attempt == COMMIT_ATTEMPTS_MAX) {
                    throw e;
                }
            } catch (CommitStateUnknownException | OutcomeUnknownException e) {
                if (!ledger.committed(epoch, sequence)) {
                    throw e;
                }
                return;
            }
        }
    }

    /// The files were written by the field ids of the table as it was at the start: in another one
    /// of the same name their columns would be taken for others.
    private void requireSame(TableIdentifier name, Table now) {
        if (!now.uuid().equals(require(name).table().uuid())) {
            throw new PipelineException(
                    "Table %s was dropped and made anew during the run".formatted(name));
        }
    }

    private void save(Transaction tx, boolean finish) {
        ledger.commit(tx, epoch, sequence, rejected, clock.millis());
        unsaved.forEach(change -> change.accept(tx));
        if (finish) {
            ledger.finish(tx);
        }
    }
}
