package dev.tarn.pipeline;

import static java.util.stream.Collectors.joining;

import dev.tarn.pipeline.Plan.Flow;
import dev.tarn.pipeline.Plan.Outlet;
import dev.tarn.pipeline.lake.ForeignCatalog;
import dev.tarn.pipeline.sink.Columnwise;
import dev.tarn.pipeline.sink.IcebergSink;
import dev.tarn.pipeline.sink.SchemaChanges;
import dev.tarn.pipeline.source.LogSource;
import dev.tarn.pipeline.source.Renames;
import dev.tarn.pipeline.source.Split;
import dev.tarn.pipeline.source.SplitSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.types.Types;

/// What a run of a job would do, told without running it.
///
/// @param name the identity of the pipeline
/// @param problems what would end the run at its start; none if it can begin
public record JobCheck(
        String name, List<Reading> sources, List<Writing> tables, List<String> problems) {

    public JobCheck {
        sources = List.copyOf(sources);
        tables = List.copyOf(tables);
        problems = List.copyOf(problems);
    }

    /// A source.
    ///
    /// @param splits files, or parts; 0 of what others append to
    /// @param bytes 0 where they have no size
    public record Reading(String label, String plugin, int splits, long bytes) {}

    /// A table that rows go to.
    ///
    /// @param from label of the source or transform they come from
    /// @param action what happens to the table before the first row, in words
    /// @param columns of the table as it is, or as it will be created
    /// @param partitioning such as `day(at)`
    public record Writing(
            String table,
            String from,
            String action,
            List<Column> columns,
            List<String> partitioning) {
        public Writing {
            columns = List.copyOf(columns);
            partitioning = List.copyOf(partitioning);
        }
    }

    public record Column(String name, String type, boolean required, boolean key) {}

    /// @param names not looked at yet
    static JobCheck of(Plan plan, Names names) {
        List<Reading> sources = new ArrayList<>();
        List<Writing> tables = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        Renames renames = Renames.NONE;
        try {
            renames = names.foresee(plan.flows());
        } catch (PipelineException e) {
            problems.add(String.valueOf(e.getMessage()));
        }
        for (Flow flow : plan.flows()) {
            List<Split> splits =
                    switch (flow.source()) {
                        case SplitSource source -> source.splits();
                        case LogSource _ -> List.of();
                    };
            sources.add(
                    new Reading(
                            flow.label(),
                            flow.source().block().plugin(),
                            splits.size(),
                            splits.stream().mapToLong(Split::bytes).sum()));
            for (Outlet outlet : flow.tables()) {
                tables.add(writing(plan, flow, outlet, renames, problems));
            }
        }
        return new JobCheck(plan.name(), sources, tables, problems);
    }

    private static String suspicion(Flow flow, Outlet outlet, Renames renames) {
        String path = flow.source().tables().get(outlet.from()).path();
        return path != null && renames.suspects().contains(path)
                ? "; whether a column that is new is one that was renamed, its log will tell"
                : "";
    }

    private static Writing writing(
            Plan plan, Flow flow, Outlet outlet, Renames renames, List<String> problems) {
        IcebergSink sink = outlet.sink();
        boolean exists = plan.catalog().exists(sink.name());
        String action = sink.announcement(exists);
        if (plan.catalog() instanceof ForeignCatalog other) {
            action += ", in the catalog %s, by itself".formatted(other.title());
        }
        Schema schema = sink.schema();
        PartitionSpec spec = sink.spec();
        if (exists && !sink.recreates()) {
            Table found = plan.catalog().load(sink.name());
            schema = found.schema();
            if (sink.evolves()) {
                // The change that comes with the first rows.
                Targets.Asked asked = Targets.Asked.of(flow, outlet, renames);
                var changes = SchemaChanges.of(asked.schema(), schema, asked.renamed());
                schema = changes.applyTo(found.updateSchema()).apply();
                action += changes.sentences().stream().map(s -> "; " + s).collect(joining());
                action += suspicion(flow, outlet, renames);
            }
            spec = found.spec();
            try {
                Columnwise.of(outlet.lane().columns().schema(), schema, sink.name().toString());
            } catch (IllegalArgumentException e) {
                problems.add(outlet.stage().label() + ": " + e.getMessage());
            }
        } else if (!exists && !sink.creates()) {
            problems.add(
                    "Table %s does not exist, and schema_save_mode forbids to create it"
                            .formatted(sink.name()));
        }
        Set<Integer> keys = new LinkedHashSet<>(schema.identifierFieldIds());
        List<Column> columns = new ArrayList<>();
        for (Types.NestedField field : schema.columns()) {
            columns.add(
                    new Column(
                            field.name(),
                            field.type().toString(),
                            field.isRequired(),
                            keys.contains(field.fieldId())));
        }
        Schema named = schema;
        return new Writing(
                sink.name().toString(),
                outlet.stage().label(),
                action,
                columns,
                spec.fields().stream()
                        .map(field ->
                                "%s(%s)"
                                        .formatted(
                                                field.transform(),
                                                named.findColumnName(field.sourceId())))
                        .toList());
    }
}
