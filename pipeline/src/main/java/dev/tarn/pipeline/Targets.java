package dev.tarn.pipeline;

import dev.tarn.pipeline.lake.ForeignFileIO;
import dev.tarn.pipeline.sink.Branch;
import dev.tarn.pipeline.sink.IcebergSink;
import dev.tarn.pipeline.sink.Memory;
import dev.tarn.pipeline.sink.Merger;
import dev.tarn.pipeline.sink.RowWriter;
import dev.tarn.pipeline.sink.TableWriter;
import dev.tarn.pipeline.sink.UpsertWriter;
import dev.tarn.pipeline.sink.Written;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;

/// The tables that a run writes to, and what their open files hold in memory.
final class Targets {
    private final Plan plan;
    private final Memory.Share memory;
    private final SequencedMap<TableIdentifier, Target> targets = new LinkedHashMap<>();

    Targets(Plan plan, Memory.Share memory) {
        this.plan = plan;
        this.memory = memory;
    }

    /// A table that takes the rows of a sink.
    void add(IcebergSink sink) {
        if (!sink.upserts()) {
            add(sink.name(), sink.branch(), TableWriter::new, sink.writeProperties());
            return;
        }
        add(
                sink.name(),
                sink.branch(),
                (table, properties) ->
                        new UpsertWriter(
                                table,
                                properties,
                                () -> plan.catalog().load(sink.name()),
                                sink.branch(),
                                sink.keyIds(table.schema()),
                                memory),
                sink.writeProperties());
    }

    /// A table that takes rows as they come.
    void add(TableIdentifier name) {
        add(name, Branch.MAIN, TableWriter::new, Map.of());
    }

    private void add(
            TableIdentifier name,
            Branch branch,
            BiFunction<Table, Map<String, String>, RowWriter> writer,
            Map<String, String> ofJob) {
        Target target = targets.computeIfAbsent(name, n -> open(n, branch, writer, ofJob));
        if (!target.branch().equals(branch)) {
            throw new PipelineException(
                    "Table %s: expected one branch in a job, found %s and %s"
                            .formatted(name, target.branch().name(), branch.name()));
        }
    }

    private Target open(
            TableIdentifier name,
            Branch branch,
            BiFunction<Table, Map<String, String>, RowWriter> writer,
            Map<String, String> ofJob) {
        Table table = plan.catalog().load(name);
        Map<String, String> properties = new HashMap<>(table.properties());
        properties.putAll(ofJob);
        try {
            branch.requireNoTag(table);
            return new Target(
                    name,
                    table,
                    branch,
                    writer.apply(table, properties),
                    Merger.filesMin(table.name(), properties),
                    ofJob);
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
            if (!written.isEmpty()) {
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
