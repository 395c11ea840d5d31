package dev.tarn.pipeline;

import dev.tarn.pipeline.Plan.Flow;
import dev.tarn.pipeline.Plan.Outlet;
import dev.tarn.pipeline.lake.ForeignFileIO;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.sink.Branch;
import dev.tarn.pipeline.sink.IcebergSink;
import dev.tarn.pipeline.sink.Memory;
import dev.tarn.pipeline.sink.Merger;
import dev.tarn.pipeline.sink.RowWriter;
import dev.tarn.pipeline.sink.SchemaChanges;
import dev.tarn.pipeline.sink.TableWriter;
import dev.tarn.pipeline.sink.UpsertWriter;
import dev.tarn.pipeline.sink.Written;
import dev.tarn.pipeline.source.Renames;
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
import java.util.function.Function;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.catalog.TableIdentifier;
import org.jspecify.annotations.Nullable;

/// The tables that a run writes to, and what their open files hold in memory.
final class Targets {
    private final Plan plan;
    private final Memory.Share memory;
    private final SequencedMap<TableIdentifier, Target> targets = new LinkedHashMap<>();

    Targets(Plan plan, Memory.Share memory) {
        this.plan = plan;
        this.memory = memory;
    }

    /// The columns that a source has for a table.
    ///
    /// @param renamed the name that a column of the table has there now, null if it was not renamed
    record Asked(Schema schema, Function<String, @Nullable String> renamed) {

        /// Behind a transform nobody knows whether a column is that of the source.
        static Asked of(Flow flow, Outlet outlet, Renames renames) {
            Columns given = flow.source().tables().get(outlet.from());
            String path = given.path();
            if (path == null || !outlet.lane().transforms().isEmpty()) {
                return new Asked(outlet.sink().schema(), _ -> null);
            }
            Set<String> names = new HashSet<>();
            given.schema().columns().forEach(column -> names.add(column.name()));
            return new Asked(
                    outlet.sink().schema(), column -> renames.nowOrNull(path, column, names));
        }
    }

    /// Opens a table that takes the rows of a sink.
    ///
    /// @param asked what the table has to take, of all sources
    /// @return what becomes of its columns, for people
    List<String> open(IcebergSink sink, List<Asked> asked) {
        Opened opened = evolved(sink.name(), asked);
        BiFunction<Table, Map<String, String>, RowWriter> writer = TableWriter::new;
        if (sink.upserts()) {
            writer =
                    (table, properties) ->
                            new UpsertWriter(
                                    table,
                                    properties,
                                    () -> plan.catalog().load(sink.name()),
                                    sink.branch(),
                                    sink.keyIds(table.schema()),
                                    memory);
        }
        open(sink.name(), opened, sink.branch(), writer, sink.writeProperties());
        return opened.sentences();
    }

    /// Opens a table that takes rows as they come.
    void open(TableIdentifier name) {
        open(name, evolved(name, List.of()), Branch.MAIN, TableWriter::new, Map.of());
    }

    /// A table with the columns it is to have.
    ///
    /// @param unapplied what it lacks in the catalog
    private record Opened(Table table, List<SchemaChanges> unapplied, List<String> sentences) {}

    /// The columns change in the catalog when the first rows come that have them.
    private Opened evolved(TableIdentifier name, List<Asked> asked) {
        // A transaction that is never sent: it shows the table as it will be.
        Table table = plan.catalog().load(name);
        Transaction pending = null;
        List<SchemaChanges> all = new ArrayList<>();
        List<String> sentences = new ArrayList<>();
        for (Asked columns : asked) {
            var changes = SchemaChanges.of(columns.schema(), table.schema(), columns.renamed());
            if (!changes.sentences().isEmpty()) {
                pending = pending == null ? table.newTransaction() : pending;
                changes.applyTo(pending.updateSchema()).commit();
                table = pending.table();
                all.add(changes);
                changes.sentences().forEach(s -> sentences.add("Table %s: %s".formatted(name, s)));
            }
        }
        return new Opened(table, all, sentences);
    }

    private void open(
            TableIdentifier name,
            Opened opened,
            Branch branch,
            BiFunction<Table, Map<String, String>, RowWriter> writer,
            Map<String, String> ofJob) {
        Target target =
                targets.computeIfAbsent(name, n -> target(n, opened, branch, writer, ofJob));
        if (!target.home().equals(branch)) {
            throw new PipelineException(
                    "Table %s: expected one branch in a job, found %s and %s"
                            .formatted(name, target.home().name(), branch.name()));
        }
    }

    private Target target(
            TableIdentifier name,
            Opened opened,
            Branch branch,
            BiFunction<Table, Map<String, String>, RowWriter> writer,
            Map<String, String> ofJob) {
        Table table = opened.table();
        Map<String, String> properties = new HashMap<>(table.properties());
        properties.putAll(ofJob);
        try {
            branch.requireNoTag(table);
            return new Target(
                    name,
                    table,
                    Hidden.of(plan.name(), branch),
                    writer.apply(table, properties),
                    Merger.filesMin(table.name(), properties),
                    ofJob,
                    opened.unapplied());
        } catch (IllegalArgumentException e) {
            throw new PipelineException(String.valueOf(e.getMessage()), e);
        }
    }

    Target require(TableIdentifier name) {
        Target target = targets.get(name);
        if (target == null) {
            throw new IllegalStateException("No writer for " + name);
        }
        return target;
    }

    /// Ends files early where there is too much in memory.
    void relieve() {
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

    /// Ends all files and gives up what was written since the last call.
    SequencedMap<Target, Written> complete() {
        SequencedMap<Target, Written> files = new LinkedHashMap<>();
        for (Target target : targets.values()) {
            Written written = target.writer().complete();
            if (!written.isEmpty() || target.hasStep()) {
                files.put(target, written);
            }
        }
        memory.holds(0);
        return files;
    }

    /// A catalog gives keys for a while. Asked where a run may begin anew, which gets it others.
    ///
    /// @throws ChangedException if those of a table end soon
    void requireKeys(long nowMillis) {
        for (Target target : targets.values()) {
            if (target.table().io() instanceof ForeignFileIO io && io.endsSoon(nowMillis)) {
                throw ChangedException.expected(
                        "The keys for table %s end soon".formatted(target.name()));
            }
        }
    }

    /// Removes what was written and not given up.
    ///
    /// @param failed is told what went wrong
    void abort(Consumer<RuntimeException> failed) {
        for (Target target : targets.values()) {
            try {
                target.writer().abort();
            } catch (RuntimeException e) {
                // The files stay as orphans, which maintenance removes; the first failure is told.
                failed.accept(e);
            }
        }
    }

    /// Holds no memory any more.
    void release() {
        memory.close();
    }
}
