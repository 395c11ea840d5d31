package dev.tarn.pipeline;

import dev.tarn.pipeline.Plan.Flow;
import dev.tarn.pipeline.Plan.Outlet;
import dev.tarn.pipeline.lake.ForeignCatalog;
import dev.tarn.pipeline.lake.TargetCatalog.Changes;
import dev.tarn.pipeline.sink.DeadLetters;
import dev.tarn.pipeline.sink.IcebergSink;
import dev.tarn.pipeline.sink.IcebergSink.DataSaveMode;
import dev.tarn.pipeline.source.Renames;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.expressions.Expressions;

/// What happens to the tables of a run before its first row.
final class Opening {
    private final Plan plan;
    private final Targets targets;
    private final Ledger ledger;
    private final InstantSource clock;
    private final Counters counters;

    Opening(Plan plan, Targets targets, Ledger ledger, InstantSource clock, Counters counters) {
        this.plan = plan;
        this.targets = targets;
        this.ledger = ledger;
        this.clock = clock;
        this.counters = counters;
    }

    /// Creates tables that are missing, and opens all with the columns they are to have.
    ///
    /// @param fresh whether the run starts anew, not where another stopped
    /// @param names not looked at yet
    /// @return what is known of columns that were renamed
    Renames prepare(boolean fresh, Names names) {
        if (plan.catalog() instanceof ForeignCatalog other) {
            String note =
                    "Tables lie in the catalog %s: each gets its rows exactly once, one table after the other, not all in one moment"
                            .formatted(other.title());
            if (!counters.notes.contains(note)) {
                counters.notes.add(note);
            }
        }
        Set<TableIdentifier> prepared = new HashSet<>();
        Map<TableIdentifier, List<Targets.Asked>> asked = new HashMap<>();
        for (Flow flow : plan.flows()) {
            for (Outlet outlet : flow.tables()) {
                IcebergSink sink = outlet.sink();
                if (prepared.add(sink.name())) {
                    sink.prepare(plan.catalog(), fresh);
                }
            }
        }
        Renames renames = names.look(plan.flows());
        for (Flow flow : plan.flows()) {
            for (Outlet outlet : flow.tables()) {
                if (outlet.sink().evolves()) {
                    asked.computeIfAbsent(outlet.sink().name(), _ -> new ArrayList<>())
                            .add(Targets.Asked.of(flow, outlet, renames));
                }
            }
        }
        for (Flow flow : plan.flows()) {
            for (Outlet outlet : flow.tables()) {
                IcebergSink sink = outlet.sink();
                List<Targets.Asked> once = asked.remove(sink.name());
                counters.notes.addAll(targets.open(sink, once == null ? List.of() : once));
            }
            if (flow.deadLetters() != null) {
                DeadLetters.prepare(plan.catalog(), flow.deadLetters());
                targets.open(flow.deadLetters());
            }
        }
        return renames;
    }

    /// What the flow has read is kept by the source and the tables it feeds. A table that was
    /// dropped and made anew is another table: nothing is loaded there.
    String key(Flow flow) {
        var key = new StringBuilder(flow.label());
        for (Outlet outlet : flow.tables()) {
            IcebergSink sink = outlet.sink();
            key.append('|').append(plan.catalog().load(sink.name()).uuid());
            if (!sink.branch().isMain()) {
                key.append('@').append(sink.branch().name());
            }
        }
        return key.toString();
    }

    /// The first commit of a run that starts anew or goes back: of one that starts anew old rows go
    /// if the job says so.
    ///
    /// @param sequence of the ledger before
    void open(long epoch, long sequence, RunOptions options) {
        Changes changes = plan.catalog().begin();
        boolean dropped = options.from() == null && drop(changes);
        boolean forget = dropped || options.again();
        changes.commit(
                tx -> ledger.open(tx, epoch, sequence, forget, options.from(), clock.millis()));
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
}
