package dev.tarn.engine.statement;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// What the server forgets between two statements and the client sends with each: names,
/// properties, prepared statements, the open transaction.
public record Session(
        String user,
        @Nullable String catalog,
        @Nullable String schema,
        ZoneId zone,
        SequencedMap<String, String> properties,
        SequencedMap<String, String> prepared,
        @Nullable String transaction) {

    private static final String NO_TRANSACTION = "NONE";

    public Session {
        properties = copy(properties);
        prepared = copy(prepared);
    }

    public static Session of(String user, @Nullable String catalog, @Nullable String schema) {
        return new Session(
                user,
                catalog,
                schema,
                ZoneId.systemDefault(),
                new LinkedHashMap<>(),
                new LinkedHashMap<>(),
                null);
    }

    void writeTo(HttpRequest.Builder request) {
        request.header("X-Trino-User", user);
        request.header("X-Trino-Source", "tarn");
        // Without it the server cuts every time to milliseconds.
        request.header("X-Trino-Client-Capabilities", "PARAMETRIC_DATETIME");
        request.header("X-Trino-Time-Zone", zone.getId());
        request.header(
                "X-Trino-Transaction-Id", transaction == null ? NO_TRANSACTION : transaction);
        if (catalog != null) {
            request.header("X-Trino-Catalog", encode(catalog));
        }
        if (schema != null) {
            request.header("X-Trino-Schema", encode(schema));
        }
        properties.forEach(
                (name, value) -> request.header("X-Trino-Session", name + "=" + encode(value)));
        prepared.forEach((name, sql) ->
                request.header("X-Trino-Prepared-Statement", encode(name) + "=" + encode(sql)));
    }

    /// The session after a response, whose headers tell what the statement has changed.
    Session after(HttpHeaders headers) {
        SequencedMap<String, String> nextProperties = new LinkedHashMap<>(properties);
        forEachPair(headers, "X-Trino-Set-Session", nextProperties::put);
        headers.allValues("X-Trino-Clear-Session").forEach(nextProperties::remove);

        SequencedMap<String, String> nextPrepared = new LinkedHashMap<>(prepared);
        forEachPair(
                headers,
                "X-Trino-Added-Prepare",
                (name, sql) -> nextPrepared.put(decode(name), sql));
        headers.allValues("X-Trino-Deallocated-Prepare").stream()
                .map(Session::decode)
                .forEach(nextPrepared::remove);

        String nextTransaction = transaction;
        if (headers.firstValue("X-Trino-Clear-Transaction-Id").isPresent()) {
            nextTransaction = null;
        }
        nextTransaction =
                headers.firstValue("X-Trino-Started-Transaction-Id").orElse(nextTransaction);

        return new Session(
                user,
                headers.firstValue("X-Trino-Set-Catalog").map(Session::decode).orElse(catalog),
                headers.firstValue("X-Trino-Set-Schema").map(Session::decode).orElse(schema),
                zone,
                nextProperties,
                nextPrepared,
                nextTransaction);
    }

    private static void forEachPair(
            HttpHeaders headers, String header, BiConsumer<String, String> action) {
        for (String pair : headers.allValues(header)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                action.accept(pair.substring(0, equals), decode(pair.substring(equals + 1)));
            }
        }
    }

    private static SequencedMap<String, String> copy(SequencedMap<String, String> map) {
        return Collections.unmodifiableSequencedMap(new LinkedHashMap<>(map));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
