package dev.tarn.pipeline;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.job.Job;
import dev.tarn.pipeline.job.JobFile;
import dev.tarn.pipeline.job.JobSource;
import dev.tarn.pipeline.job.OptionTable;
import dev.tarn.pipeline.job.Problems;
import dev.tarn.pipeline.lake.TargetCatalog;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.sink.ConsoleSink;
import dev.tarn.pipeline.sink.IcebergSink;
import dev.tarn.pipeline.source.LogSource;
import dev.tarn.pipeline.source.SeveralLogs;
import dev.tarn.pipeline.source.SeveralSplits;
import dev.tarn.pipeline.source.Source;
import dev.tarn.pipeline.source.SplitSource;
import dev.tarn.pipeline.source.fake.FakeSource;
import dev.tarn.pipeline.source.files.FileSource;
import dev.tarn.pipeline.source.jdbc.JdbcSource;
import dev.tarn.pipeline.source.jdbc.PostgresDialect;
import dev.tarn.pipeline.source.kafka.KafkaSource;
import dev.tarn.pipeline.source.mysql.MySqlDialect;
import dev.tarn.pipeline.source.mysql.MySqlSource;
import dev.tarn.pipeline.source.postgres.PostgresSource;
import dev.tarn.pipeline.transform.Transforms;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.jspecify.annotations.Nullable;

/// A job that can be run: its sources, each with the sinks it feeds.
///
/// @param catalog of its tables; whoever has the plan closes it
/// @param streaming whether to go on with what comes in, until the run is cancelled
/// @param checkpointMillis longest time between commits
/// @param checkpointRows most rows between commits
record Plan(
        String name,
        TargetCatalog catalog,
        List<Flow> flows,
        boolean streaming,
        long checkpointMillis,
        long checkpointRows) {

    static final List<OptionTable> SOURCES =
            List.of(
                    FileSource.LOCAL,
                    FileSource.S3,
                    KafkaSource.OPTIONS,
                    JdbcSource.OPTIONS,
                    PostgresSource.OPTIONS,
                    MySqlSource.OPTIONS,
                    FakeSource.OPTIONS);
    static final List<OptionTable> SINKS = List.of(IcebergSink.OPTIONS, ConsoleSink.OPTIONS);

    private static final long BATCH_MILLIS = 30_000;
    private static final long STREAMING_MILLIS = 10_000;

    /// A table of a job, and what is done to rows on their way there.
    ///
    /// @param from which of the tables of the source they come from
    record Outlet(int from, IcebergSink sink, Stage stage) {

        /// What the rows go through, and what they are when they arrive.
        Stage.Lane lane() {
            return stage.tables().get(from);
        }
    }

    /// A console of a job, likewise.
    record Screen(ConsoleSink sink, Stage stage) {}

    /// One source and what it feeds.
    ///
    /// @param deadLetters where rows that do not fit go, null if the first one ends the run
    record Flow(
            String label,
            Source source,
            List<Outlet> tables,
            List<Screen> consoles,
            @Nullable TableIdentifier deadLetters,
            long rejectedMax) {}

    Plan {
        flows = List.copyOf(flows);
    }

    /// Reads, checks and wires a job.
    ///
    /// @throws dev.tarn.pipeline.job.JobException with all that is wrong
    static Plan of(
            JobSource text,
            Map<String, String> variables,
            Map<String, String> environment,
            Catalogs catalogs,
            Consumer<String> console) {
        var problems = new Problems(text.name());
        Job job =
                new JobFile(SOURCES, Transforms.OPTIONS, SINKS)
                        .read(text, variables, environment, problems);
        List<Source> sources = new ArrayList<>();
        for (Block block : job.sources()) {
            sources.add(source(block, text, job.name()));
        }
        var wiring = new Wiring(sources);
        job.transforms().forEach(wiring::transform);
        List<List<Outlet>> tables = wiring.lists();
        List<List<Screen>> consoles = wiring.lists();
        for (Block block : job.sinks()) {
            for (Stage stage : wiring.inputs(block)) {
                if (block.plugin().equals(ConsoleSink.OPTIONS.plugin())) {
                    var sink = new ConsoleSink(block, stage.label(), console);
                    consoles.get(stage.source()).add(new Screen(sink, stage));
                    continue;
                }
                catalogs.use(block);
                for (int i = 0; i < stage.tables().size(); i++) {
                    Columns columns = stage.tables().get(i).columns();
                    var sink = new IcebergSink(block, columns, stage.outputOrNull());
                    tables.get(stage.source()).add(new Outlet(i, sink, stage));
                }
            }
        }
        List<Flow> flows = new ArrayList<>();
        for (int i = 0; i < sources.size(); i++) {
            Source source = sources.get(i);
            if (wiring.complete() && tables.get(i).isEmpty() && consoles.get(i).isEmpty()) {
                problems.add(
                        source.block().line(),
                        "%s: no sink takes its rows".formatted(source.block().plugin()));
            }
            boolean rejects = !source.block().plugin().equals(FakeSource.OPTIONS.plugin());
            flows.add(
                    new Flow(
                            wiring.label(i),
                            source,
                            List.copyOf(tables.get(i)),
                            List.copyOf(consoles.get(i)),
                            rejects ? deadLetters(source.block()) : null,
                            rejects
                                    ? source.block()
                                            .number("tarn.rejected_rows_max", 0, Long.MAX_VALUE)
                                    : 0));
        }
        boolean streaming = streaming(job.env(), sources);
        long millis =
                job.env().has("checkpoint.interval")
                        ? job.env().number("checkpoint.interval", 1, Integer.MAX_VALUE)
                        : streaming ? STREAMING_MILLIS : BATCH_MILLIS;
        long rows = job.env().number("tarn.checkpoint.rows", 1, Long.MAX_VALUE);
        TargetCatalog catalog = catalogs.open(problems.isEmpty());
        if (!problems.isEmpty()) {
            catalog.close();
        }
        problems.raise();
        return new Plan(job.name(), catalog, flows, streaming, millis, rows);
    }

    private static Source source(Block block, JobSource text, String job) {
        if (block.parts().isEmpty()) {
            return single(block, text, job);
        }
        List<SplitSource> splits = new ArrayList<>();
        List<LogSource> logs = new ArrayList<>();
        for (Block part : block.parts()) {
            switch (single(part, text, job)) {
                case SplitSource source -> splits.add(source);
                case LogSource source -> logs.add(source);
            }
        }
        return logs.isEmpty() ? new SeveralSplits(block, splits) : new SeveralLogs(block, logs);
    }

    private static Source single(Block block, JobSource text, String job) {
        String plugin = block.plugin();
        if (plugin.equals(FileSource.LOCAL.plugin())) {
            return FileSource.local(block, text.baseDirectory());
        }
        if (plugin.equals(FileSource.S3.plugin())) {
            return FileSource.s3(block);
        }
        if (plugin.equals(KafkaSource.OPTIONS.plugin())) {
            return new KafkaSource(block);
        }
        if (plugin.equals(JdbcSource.OPTIONS.plugin())) {
            return new JdbcSource(block, List.of(new PostgresDialect(), new MySqlDialect()));
        }
        if (plugin.equals(MySqlSource.OPTIONS.plugin())) {
            return new MySqlSource(block);
        }
        return plugin.equals(PostgresSource.OPTIONS.plugin())
                ? new PostgresSource(block, job)
                : new FakeSource(block);
    }

    private static boolean streaming(Block env, List<Source> sources) {
        String mode = env.text("job.mode");
        if (!mode.equalsIgnoreCase("STREAMING")) {
            if (!mode.equalsIgnoreCase("BATCH")) {
                env.problem("job.mode", "expected BATCH or STREAMING, found '" + mode + "'");
            }
            return false;
        }
        for (Source source : sources) {
            if (source instanceof SplitSource) {
                env.problem(
                        "job.mode",
                        "STREAMING is not supported with %s, which has an end"
                                .formatted(source.block().plugin()));
            }
        }
        return true;
    }

    private static @Nullable TableIdentifier deadLetters(Block block) {
        String name = block.textOrNull("tarn.dead_letter_table");
        if (name == null) {
            return null;
        }
        int dot = name.lastIndexOf('.');
        if (dot <= 0 || dot == name.length() - 1) {
            block.problem(
                    "tarn.dead_letter_table",
                    "expected namespace.table, found '%s'".formatted(name));
            return null;
        }
        return TableIdentifier.of(
                Namespace.of(name.substring(0, dot).split("\\.")), name.substring(dot + 1));
    }
}
