package dev.tarn.app.event;

import dev.tarn.app.http.HttpException;
import dev.tarn.app.http.Request;
import dev.tarn.app.http.Response;
import dev.tarn.app.http.Route;
import dev.tarn.catalog.event.EventFilter;
import dev.tarn.catalog.event.EventPage;
import dev.tarn.catalog.event.EventWatch;
import dev.tarn.catalog.event.Events;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;

/// The changes of the catalog: page by page, by waiting for the next, or as they happen.
public final class EventRoutes implements AutoCloseable {
    private static final int LIMIT = 100;
    private static final int LIMIT_MAX = 1_000;
    private static final int STREAMS_MAX = 256;

    private final Events events;
    private final EventWatch watch;
    private final CloudEvents cloudEvents;
    private final Duration writeMax;
    private final Semaphore streams = new Semaphore(STREAMS_MAX);

    /// @param writeMax how long a watcher may take to read one piece
    public EventRoutes(Events events, Duration writeMax) {
        this.events = events;
        this.watch = new EventWatch(events);
        this.cloudEvents = new CloudEvents(events.installation());
        this.writeMax = writeMax;
    }

    public List<Route> routes() {
        return List.of(Route.get("/api/events", this::events));
    }

    private Response events(Request request) {
        EventFilter filter = EventQuery.filter(request);
        long cursor = EventQuery.cursor(request, events);
        boolean watches =
                request.header("Accept")
                        .filter(accept -> accept.contains(EventStream.CONTENT_TYPE))
                        .isPresent();
        return watches ? stream(filter, cursor) : page(request, filter, cursor);
    }

    private Response page(Request request, EventFilter filter, long cursor) {
        int limit = request.queryNumber("limit", 1, LIMIT_MAX).orElse(LIMIT);
        long end = System.nanoTime() + EventQuery.waitMax(request).toNanos();
        LongSupplier left = () -> end - System.nanoTime();
        EventPage page = events.after(cursor, filter, limit);
        // Ends when the time is over: events that the filter passes over do not end the waiting.
        while (page.events().isEmpty() && left.getAsLong() > 0) {
            if (!page.more() && !await(page.next(), Duration.ofNanos(left.getAsLong()))) {
                break;
            }
            page = events.after(page.next(), filter, limit);
        }
        SequencedMap<String, Object> json = new LinkedHashMap<>();
        json.put("events", page.events().stream().map(cloudEvents::json).toList());
        json.put("next", Long.toString(page.next()));
        json.put("more", page.more());
        return Response.json(json).withHeader("Cache-Control", "no-store");
    }

    private boolean await(long cursor, Duration most) {
        try {
            return watch.await(cursor, most);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Response stream(EventFilter filter, long cursor) {
        // Refused now, while a status can still tell.
        events.after(cursor, filter, 1);
        if (streams.availablePermits() == 0) {
            throw new HttpException(
                    429,
                    "TooManyRequestsException",
                    "Too many watch the events, expected at most " + STREAMS_MAX);
        }
        return Response.stream(
                        EventStream.CONTENT_TYPE,
                        out -> {
                            streams.acquireUninterruptibly();
                            try {
                                new EventStream(events, watch, cloudEvents, writeMax, out)
                                        .run(filter, cursor);
                            } finally {
                                streams.release();
                            }
                        })
                .withHeader("Cache-Control", "no-store")
                .withHeader("X-Accel-Buffering", "no");
    }

    /// Ends all waiting: a server that stops waits for nobody who listens.
    @Override
    public void close() {
        watch.close();
    }
}
