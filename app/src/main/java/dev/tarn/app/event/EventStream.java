package dev.tarn.app.event;

import dev.tarn.app.http.Json;
import dev.tarn.catalog.event.Event;
import dev.tarn.catalog.event.EventFilter;
import dev.tarn.catalog.event.EventPage;
import dev.tarn.catalog.event.EventWatch;
import dev.tarn.catalog.event.Events;
import dev.tarn.catalog.event.EventsGoneException;
import dev.tarn.store.StoreException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/// One watcher: server-sent events until it goes, is too slow, or the server stops.
///
/// Nothing is kept for a watcher but its cursor. A block that has an id and no data moves the
/// cursor of a browser past events its filter does not take, and keeps the connection alive.
final class EventStream {
    static final String CONTENT_TYPE = "text/event-stream";

    private static final Duration HEARTBEAT = Duration.ofSeconds(15);
    private static final int PAGE = 50;
    private static final int RETRY_MILLIS = 2_000;

    private final Events events;
    private final EventWatch watch;
    private final CloudEvents cloudEvents;
    private final Duration writeMax;
    private final OutputStream out;

    EventStream(
            Events events,
            EventWatch watch,
            CloudEvents cloudEvents,
            Duration writeMax,
            OutputStream out) {
        this.events = events;
        this.watch = watch;
        this.cloudEvents = cloudEvents;
        this.writeMax = writeMax;
        this.out = out;
    }

    void run(EventFilter filter, long from) throws IOException {
        write("retry: %s\n\n".formatted(RETRY_MILLIS));
        long cursor = from;
        try {
            // Ends when a write fails, the watch is closed or the reader is too slow.
            while (true) {
                EventPage page = events.after(cursor, filter, PAGE);
                cursor = page.next();
                if (!write(blocks(page))) {
                    end("Reader took more than %s s for one piece".formatted(writeMax.toSeconds()));
                    return;
                }
                if (!page.more()) {
                    watch.await(cursor, HEARTBEAT);
                }
                if (watch.isClosed()) {
                    end("Server stops");
                    return;
                }
            }
        } catch (EventsGoneException | StoreException e) {
            end(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String blocks(EventPage page) {
        var blocks = new StringBuilder();
        for (Event event : page.events()) {
            blocks.append("id: ")
                    .append(event.cursor())
                    .append("\ndata: ")
                    .append(json(cloudEvents.json(event)))
                    .append("\n\n");
        }
        return blocks.append("id: ").append(page.next()).append("\n\n").toString();
    }

    /// Why there is nothing more; the client may come again with the last id it has.
    private void end(String reason) throws IOException {
        write("event: end\ndata: %s\n\n".formatted(json(Map.of("reason", reason))));
    }

    private static String json(Object value) {
        return new String(Json.write(value), StandardCharsets.UTF_8);
    }

    /// Whether the client read it in time.
    private boolean write(String text) throws IOException {
        long begin = System.nanoTime();
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
        return System.nanoTime() - begin <= writeMax.toNanos();
    }
}
