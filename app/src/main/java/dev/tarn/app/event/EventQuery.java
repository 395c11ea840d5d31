package dev.tarn.app.event;

import dev.tarn.app.http.HttpException;
import dev.tarn.app.http.Request;
import dev.tarn.catalog.event.EventFilter;
import dev.tarn.catalog.event.EventType;
import dev.tarn.catalog.event.Events;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.catalog.Namespace;
import org.jspecify.annotations.Nullable;

/// What a client asks of the events, in the words of the query or of a webhook.
public final class EventQuery {
    private static final Pattern SECONDS = Pattern.compile("(\\d{1,4})s?");
    private static final long WAIT_SECONDS_MAX = 60;
    private static final String NEWEST = "newest";

    private EventQuery() {}

    static EventFilter filter(Request request) {
        return filter(
                request.query("warehouse").orElse(null),
                request.query("namespace")
                        .map(levels -> List.of(levels.split("\u001f", -1)))
                        .orElse(null),
                request.query("table").orElse(null),
                request.query("type").map(types -> List.of(types.split(",", -1))).orElse(null));
    }

    /// @param types each the name of one, or the beginning of several and `.*`
    public static EventFilter filter(
            @Nullable String warehouse,
            @Nullable List<String> namespace,
            @Nullable String table,
            @Nullable List<String> types) {
        return new EventFilter(
                warehouse,
                namespace == null ? null : Namespace.of(namespace.toArray(new String[0])),
                table,
                types == null ? Set.of() : types(types));
    }

    private static Set<EventType> types(List<String> names) {
        Set<EventType> types = EnumSet.noneOf(EventType.class);
        for (String name : names) {
            List<EventType> named = new ArrayList<>();
            if (name.endsWith(".*")) {
                String beginning = name.substring(0, name.length() - 1);
                Arrays.stream(EventType.values())
                        .filter(type -> type.text().startsWith(beginning))
                        .forEach(named::add);
            } else {
                EventType.find(name).ifPresent(named::add);
            }
            if (named.isEmpty()) {
                throw HttpException.badRequest(
                        "Type of event is unknown, expected one such as %s or %s, found: %s"
                                .formatted(
                                        EventType.TABLE_COMMITTED.text(),
                                        "dev.tarn.table.*",
                                        name));
            }
            types.addAll(named);
        }
        return types;
    }

    /// The cursor a client names, else the one before the oldest event.
    static long cursor(Request request, Events events) {
        // A browser that connects again says where it was.
        return request.header("Last-Event-ID")
                .or(() -> request.query("after"))
                .map(text -> cursor(text, events))
                .orElseGet(events::oldest);
    }

    public static long cursor(String text, Events events) {
        if (text.equals(NEWEST)) {
            return events.newest();
        }
        if (!text.matches("\\d{1,18}")) {
            throw HttpException.badRequest(
                    "Cursor must be a number or %s, found: %s".formatted(NEWEST, text));
        }
        return Long.parseLong(text);
    }

    static Duration waitMax(Request request) {
        return request.query("wait").map(EventQuery::seconds).orElse(Duration.ZERO);
    }

    private static Duration seconds(String text) {
        Matcher seconds = SECONDS.matcher(text);
        if (!seconds.matches() || Long.parseLong(seconds.group(1)) > WAIT_SECONDS_MAX) {
            throw HttpException.badRequest(
                    "Parameter wait must be from 0s to %ss, found: %s"
                            .formatted(WAIT_SECONDS_MAX, text));
        }
        return Duration.ofSeconds(Long.parseLong(seconds.group(1)));
    }
}
