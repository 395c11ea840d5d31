package dev.tarn.app.health;

import dev.tarn.app.http.Request;
import dev.tarn.app.http.Response;
import dev.tarn.app.http.Route;
import dev.tarn.app.metrics.Metrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.atomic.AtomicReference;

/// The routes of health and metrics.
public final class Health {
    /// A check that takes longer has failed; probes of Kubernetes wait a second by default.
    private static final Duration CHECK_DURATION_MAX = Duration.ofMillis(900);

    private static final String UP = "UP";
    private static final String DOWN = "DOWN";

    private final List<Check> checks;
    private final Metrics metrics;

    public Health(List<Check> checks, Metrics metrics) {
        this.checks = List.copyOf(checks);
        this.metrics = metrics;
    }

    public List<Route> routes() {
        return List.of(
                Route.get("/health/live", Health::live),
                Route.get("/health/ready", request -> ready()),
                Route.get("/metrics", request -> scrape()));
    }

    private static Response live(Request request) {
        SequencedMap<String, Object> body = new LinkedHashMap<>();
        body.put("status", UP);
        return Response.json(body);
    }

    private Response scrape() {
        return Response.text(200, Metrics.CONTENT_TYPE, metrics.scrape());
    }

    private Response ready() {
        List<Running> running = checks.stream().map(Running::new).toList();
        List<SequencedMap<String, Object>> results = new ArrayList<>();
        boolean up = true;
        for (Running check : running) {
            String reason = check.await();
            up &= reason.isEmpty();
            SequencedMap<String, Object> result = new LinkedHashMap<>();
            result.put("name", check.name);
            result.put("status", reason.isEmpty() ? UP : DOWN);
            if (!reason.isEmpty()) {
                result.put("reason", reason);
            }
            results.add(result);
        }
        SequencedMap<String, Object> body = new LinkedHashMap<>();
        body.put("status", up ? UP : DOWN);
        body.put("checks", results);
        return Response.json(up ? 200 : 503, body);
    }

    /// A check under way on a thread of its own: what it waits for may never answer.
    private static final class Running {
        private static final String LATE =
                "No answer within %s ms".formatted(CHECK_DURATION_MAX.toMillis());

        private final String name;
        private final AtomicReference<String> reason = new AtomicReference<>(LATE);
        private final Thread thread;

        Running(Check check) {
            name = check.name();
            thread =
                    Thread.ofVirtual()
                            .name("check-" + name)
                            .start(() -> {
                                try {
                                    check.probe().run();
                                    reason.set("");
                                } catch (RuntimeException e) {
                                    reason.set(String.valueOf(e.getMessage()));
                                }
                            });
        }

        /// Why it failed; empty if it did not.
        String await() {
            try {
                if (!thread.join(CHECK_DURATION_MAX)) {
                    thread.interrupt();
                    return LATE;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return "Interrupted";
            }
            return reason.get();
        }
    }
}
