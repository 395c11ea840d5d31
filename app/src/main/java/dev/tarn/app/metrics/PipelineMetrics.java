package dev.tarn.app.metrics;

import dev.tarn.pipeline.PipelineRun;
import dev.tarn.pipeline.Pipelines;
import dev.tarn.pipeline.Progress;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// The pipelines that run in this process, `tarn_pipeline_*` by `pipeline`. What is not known is
/// left out.
public final class PipelineMetrics {
    private final Pipelines pipelines;
    private final Map<MultiGauge, ToDoubleFunction<Progress>> gauges = new LinkedHashMap<>();

    public PipelineMetrics(Pipelines pipelines, MeterRegistry registry) {
        this.pipelines = pipelines;
        Gauge.builder("tarn.pipelines.held.bytes", pipelines, Pipelines::held)
                .description("Memory of the pipelines' open files and keys, all together")
                .register(registry);
        gauge(registry, "rows", "Rows committed by the present run", p -> p.rowsCommitted());
        gauge(registry, "rejected", "Rows that did not fit", p -> p.rejected());
        gauge(registry, "rows.per.second", "Of the present run so far", p -> p.rowsPerSecond());
        gauge(registry, "snapshots", "Commits that changed a table", p -> p.snapshots());
        gauge(registry, "files.merged", "Small files merged", p -> p.filesMerged());
        gauge(registry, "lag.records", "Records that wait", p -> p.lag().records());
        gauge(registry, "lag.bytes", "Bytes of the log that wait", p -> p.lag().bytes());
        gauge(
                registry,
                "lag.seconds",
                "Age of the newest thing read, where more waits",
                p -> p.lag().millis() / 1e3);
        gauge(registry, "read.seconds", "Spent reading rows", p -> p.spent().read() / 1e3);
        gauge(registry, "write.seconds", "Spent writing files", p -> p.spent().write() / 1e3);
        gauge(registry, "commit.seconds", "Spent in commits", p -> p.spent().commit() / 1e3);
        gauge(
                registry,
                "last.commit.seconds",
                "Time of the latest commit",
                p -> p.spent().lastCommit() / 1e3);
    }

    private void gauge(
            MeterRegistry registry, String name, String meaning, ToDoubleFunction<Progress> value) {
        gauges.put(
                MultiGauge.builder("tarn.pipeline." + name).description(meaning).register(registry),
                value);
    }

    /// Looks at the runs; to be called before the meters are read.
    public void refresh() {
        List<Progress> running = pipelines.running().stream().map(PipelineRun::progress).toList();
        gauges.forEach((gauge, value) -> {
            List<Row<?>> rows = new ArrayList<>();
            for (Progress progress : running) {
                double now = value.applyAsDouble(progress);
                if (now >= 0) {
                    rows.add(Row.of(Tags.of("pipeline", progress.pipeline()), now));
                }
            }
            gauge.register(rows, true);
        });
    }
}
