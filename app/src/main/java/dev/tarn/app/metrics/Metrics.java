package dev.tarn.app.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmInfoMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// The meters of one process.
public final class Metrics implements AutoCloseable {
    /// What the text of [#scrape] is.
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    /// From a load out of memory to a commit on a slow object store.
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2_500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
    };

    /// A client may send any word as a method; a label may not have any value.
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH");

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics gc = new JvmGcMetrics();

    /// Making a timer's name out of its tags costs more than recording.
    private final Map<Requests, Timer> requests = new ConcurrentHashMap<>();

    private final List<Runnable> refreshes = new CopyOnWriteArrayList<>();

    private record Requests(String method, String template, int status) {}

    public Metrics() {
        new ClassLoaderMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new JvmInfoMetrics().bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        gc.bindTo(registry);
    }

    /// For meters of other parts.
    public MeterRegistry registry() {
        return registry;
    }

    /// Is run before each reading of the meters.
    public void beforeReading(Runnable refresh) {
        refreshes.add(refresh);
    }

    /// All meters in the text format of Prometheus.
    public String scrape() {
        refreshes.forEach(Runnable::run);
        return registry.scrape();
    }

    /// One HTTP request, `http_server_requests_seconds`.
    ///
    /// @param template of the route, such as `/v1/namespaces/{namespace}`
    public void request(String method, String template, int status, Duration duration) {
        String known = METHODS.contains(method) ? method : "other";
        requests.computeIfAbsent(new Requests(known, template, status), this::timer)
                .record(duration);
    }

    private Timer timer(Requests requests) {
        return Timer.builder("http.server.requests")
                .description("HTTP requests by route template")
                .tag("method", requests.method())
                .tag("route", requests.template())
                .tag("status", Integer.toString(requests.status()))
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    /// One request to the S3 endpoint, `storage_requests_seconds` and its bytes.
    ///
    /// @param operation S3's name of the call, such as `PutObject`
    public void storage(
            String operation, int status, long durationNanos, long bytesReceived, long bytesSent) {
        Timer.builder("storage.requests")
                .description("S3 requests by operation")
                .tag("operation", operation)
                .tag("status", Integer.toString(status))
                .serviceLevelObjectives(BUCKETS)
                .register(registry)
                .record(Duration.ofNanos(durationNanos));
        bytes("received", bytesReceived);
        bytes("sent", bytesSent);
    }

    private void bytes(String direction, long count) {
        Counter.builder("storage.bytes")
                .description("Bytes of S3 bodies")
                .baseUnit("bytes")
                .tag("direction", direction)
                .register(registry)
                .increment((double) count);
    }

    /// The end of one commit, `tarn_commits_total`.
    ///
    /// @param kind `table`, `view` or `transaction`
    public void commit(String kind, CommitOutcome outcome) {
        Counter.builder("tarn.commits")
                .description("Commits by kind and outcome")
                .tag("kind", kind)
                .tag("outcome", outcome.label())
                .register(registry)
                .increment();
    }

    @Override
    public void close() {
        gc.close();
        registry.close();
    }
}
