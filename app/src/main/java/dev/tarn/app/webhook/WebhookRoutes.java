package dev.tarn.app.webhook;

import dev.tarn.app.config.Secret;
import dev.tarn.app.event.EventQuery;
import dev.tarn.app.http.HttpException;
import dev.tarn.app.http.Json;
import dev.tarn.app.http.Request;
import dev.tarn.app.http.Response;
import dev.tarn.app.http.Route;
import dev.tarn.app.webhook.Webhook.Attempt;
import dev.tarn.app.webhook.Webhook.Filter;
import dev.tarn.catalog.event.Events;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// Webhooks under `/api`: who is told, of what, and how that goes.
public final class WebhookRoutes {
    private static final String JSON = "application/json";
    private static final int PAGE_SIZE = 100;
    private static final int PAGE_SIZE_MAX = 1_000;
    private static final int URL_LENGTH_MAX = 2_000;

    private final Webhooks webhooks;
    private final Events events;

    public WebhookRoutes(Webhooks webhooks, Events events) {
        this.webhooks = webhooks;
        this.events = events;
    }

    public List<Route> routes() {
        return List.of(
                Route.post("/api/webhooks", this::create),
                Route.get("/api/webhooks", this::list),
                Route.get("/api/webhooks/{webhook}", this::load),
                Route.put("/api/webhooks/{webhook}", this::replace),
                Route.delete("/api/webhooks/{webhook}", this::delete),
                Route.post("/api/webhooks/{webhook}/pause", this::pause),
                Route.post("/api/webhooks/{webhook}/resume", this::resume),
                Route.post("/api/webhooks/{webhook}/redeliver", this::redeliver));
    }

    /// What a client says of a webhook.
    ///
    /// @param after cursor of a new one, the newest if there is none
    record Wanted(
            @Nullable String url,
            @Nullable Filter filter,
            @Nullable String secret,
            @Nullable String after) {}

    /// @param after cursor
    record Redelivery(@Nullable String after) {}

    private Response create(Request request) {
        Wanted wanted = body(request, Wanted.class);
        URI url = url(wanted);
        Filter filter = filter(wanted);
        Secret given = secret(wanted);
        Secret secret = given == null ? WebhookSecrets.generate() : given;
        long cursor =
                wanted.after() == null
                        ? events.newest()
                        : EventQuery.cursor(wanted.after(), events);
        requireKept(cursor);
        SequencedMap<String, @Nullable Object> json =
                json(webhooks.create(url, filter, secret, cursor));
        // The one time it is shown.
        json.put("secret", secret.value());
        return Response.json(201, json).withHeader("Cache-Control", "no-store");
    }

    private Response list(Request request) {
        int size = request.queryNumber("page-size", 1, PAGE_SIZE_MAX).orElse(PAGE_SIZE);
        List<Webhook> page = webhooks.list(request.query("page-token").orElse(""), size);
        SequencedMap<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("webhooks", page.stream().map(WebhookRoutes::json).toList());
        json.put("next-page-token", page.size() == size ? page.getLast().id() : null);
        return Response.json(json);
    }

    private Response load(Request request) {
        return answer(webhooks.find(request.path("webhook")), request);
    }

    private Response replace(Request request) {
        Wanted wanted = body(request, Wanted.class);
        return answer(
                webhooks.replace(
                        request.path("webhook"), url(wanted), filter(wanted), secret(wanted)),
                request);
    }

    private Response delete(Request request) {
        if (!webhooks.delete(request.path("webhook"))) {
            throw missing(request);
        }
        return Response.noContent();
    }

    private Response pause(Request request) {
        return answer(webhooks.pause(request.path("webhook"), "Paused by request"), request);
    }

    private Response resume(Request request) {
        return answer(webhooks.resume(request.path("webhook")), request);
    }

    private Response redeliver(Request request) {
        Redelivery redelivery = body(request, Redelivery.class);
        if (redelivery.after() == null) {
            throw HttpException.badRequest("Body must have after, the cursor to begin from");
        }
        long cursor = EventQuery.cursor(redelivery.after(), events);
        requireKept(cursor);
        return answer(webhooks.redeliver(request.path("webhook"), cursor), request);
    }

    private void requireKept(long cursor) {
        events.after(cursor, 1);
    }

    private static <T> T body(Request request, Class<T> type) {
        // Pages of other sites can send text, but not this type, without being asked first.
        if (request.header("Content-Type").filter(found -> found.startsWith(JSON)).isEmpty()) {
            throw new HttpException(
                    415, "UnsupportedMediaTypeException", "Content-Type must be " + JSON);
        }
        return Json.read(request.body(), type);
    }

    private static URI url(Wanted wanted) {
        String text = wanted.url();
        if (text == null || text.length() > URL_LENGTH_MAX) {
            throw HttpException.badRequest(
                    "url must be there, of at most %s characters".formatted(URL_LENGTH_MAX));
        }
        try {
            URI url = URI.create(text);
            boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
            if (http
                    && url.getHost() != null
                    && url.getUserInfo() == null
                    && url.getPort() < 65_536) {
                return url;
            }
        } catch (IllegalArgumentException e) {
            // Told below, with what is a URL but of another kind.
        }
        throw HttpException.badRequest(
                "url must be http://host/path or https://host/path without user or password, found:"
                        + " "
                        + text);
    }

    private static Filter filter(Wanted wanted) {
        Filter filter = wanted.filter() == null ? Filter.ALL : wanted.filter();
        // Refused now, not when the first event comes.
        EventQuery.filter(filter.warehouse(), filter.namespace(), filter.table(), filter.types());
        return filter;
    }

    private static @Nullable Secret secret(Wanted wanted) {
        try {
            return wanted.secret() == null ? null : WebhookSecrets.parse(wanted.secret());
        } catch (IllegalArgumentException e) {
            throw HttpException.badRequest(String.valueOf(e.getMessage()));
        }
    }

    private static Response answer(Optional<Webhook> found, Request request) {
        return Response.json(json(found.orElseThrow(() -> missing(request))))
                .withHeader("Cache-Control", "no-store");
    }

    private static HttpException missing(Request request) {
        return new HttpException(
                404,
                "NoSuchWebhookException",
                "Webhook does not exist: " + request.path("webhook"));
    }

    private static SequencedMap<String, @Nullable Object> json(Webhook webhook) {
        SequencedMap<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", webhook.id());
        json.put("url", webhook.url().toString());
        json.put("filter", webhook.filter());
        json.put("secret", webhook.secret().toString());
        json.put("created", webhook.created().toString());
        json.put("state", webhook.pausedReason() == null ? "active" : "paused");
        json.put("reason", webhook.pausedReason());
        json.put("cursor", Long.toString(webhook.cursor()));
        json.put("delivered", webhook.delivered());
        json.put("failures", webhook.failures());
        json.put("last", webhook.last() == null ? null : json(webhook.last()));
        return json;
    }

    private static SequencedMap<String, @Nullable Object> json(Attempt attempt) {
        SequencedMap<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("time", attempt.at().toString());
        json.put("status", attempt.status());
        json.put("error", attempt.error());
        return json;
    }
}
