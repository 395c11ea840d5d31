package dev.tarn.app.http;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One request that has found its route.
public final class Request {
    private static final SequencedMap<String, String> NO_PARAMETERS =
            Collections.unmodifiableSequencedMap(new LinkedHashMap<>());

    private final String method;
    private final String rawPath;
    private final String template;
    private final Map<String, String> rawSegments;
    private final String rawQuery;
    private final SequencedMap<String, String> query;
    private final Function<String, @Nullable String> headers;
    private final Supplier<byte[]> body;
    private byte @Nullable [] read;
    private boolean hurried;

    Request(
            String method,
            String rawPath,
            String template,
            Map<String, String> rawSegments,
            @Nullable String rawQuery,
            Function<String, @Nullable String> headers,
            Supplier<byte[]> body) {
        this.method = method;
        this.rawPath = rawPath;
        this.template = template;
        this.rawSegments = rawSegments;
        this.rawQuery = rawQuery == null ? "" : rawQuery;
        this.query = parameters(rawQuery);
        this.headers = headers;
        this.body = body;
    }

    /// To be called before what may take more than some microseconds: reading a file, asking
    /// another process, waiting for another request. On the network's own thread it ends the
    /// attempt.
    public void mayWait() {
        if (hurried) {
            throw new MustWaitException();
        }
    }

    void hurry(boolean now) {
        hurried = now;
    }

    public String method() {
        return method;
    }

    /// The path as it was sent, percent signs and all.
    public String rawPath() {
        return rawPath;
    }

    /// The template of the route, such as `/v1/namespaces/{namespace}`.
    public String template() {
        return template;
    }

    /// The segment that stands for `{name}`, decoded once; a plus is a plus.
    public String path(String name) {
        return UrlDecoder.segment(rawSegment(name));
    }

    /// The segment that stands for `{name}`, or nothing if the template has no such variable.
    public Optional<String> findPath(String name) {
        return Optional.ofNullable(rawSegments.get(name)).map(UrlDecoder::segment);
    }

    /// The segment that stands for `{name}` as it was sent.
    public String rawSegment(String name) {
        String raw = rawSegments.get(name);
        if (raw == null) {
            throw new IllegalArgumentException(
                    "Template %s has no variable {%s}".formatted(template, name));
        }
        return raw;
    }

    /// A parameter of the query, decoded once; the first one if it is there several times.
    public Optional<String> query(String name) {
        return Optional.ofNullable(query.get(name));
    }

    /// The query as it was sent; empty if there is none.
    public String rawQuery() {
        return rawQuery;
    }

    /// A parameter of the query as it was sent, for values with a syntax of their own.
    public Optional<String> rawQueryValue(String name) {
        for (String pair : List.of(rawQuery.split("&", -1))) {
            int equals = pair.indexOf('=');
            if (equals >= 0 && UrlDecoder.form(pair.substring(0, equals)).equals(name)) {
                return Optional.of(pair.substring(equals + 1));
            }
        }
        return Optional.empty();
    }

    /// A whole number in the query.
    ///
    /// @throws HttpException 400 if it is not one between `min` and `max`
    public Optional<Integer> queryNumber(String name, int min, int max) {
        return query(name)
                .map(text -> {
                    try {
                        int number = Integer.parseInt(text);
                        if (number >= min && number <= max) {
                            return number;
                        }
                    } catch (NumberFormatException e) {
                        // Told below, with the numbers that are out of range.
                    }
                    throw HttpException.badRequest(
                            "Parameter %s must be a number from %s to %s, found: %s"
                                    .formatted(name, min, max, text));
                });
    }

    /// `true` or `false` in the query, in any case: Python clients send `True`.
    ///
    /// @throws HttpException 400 if it is neither
    public Optional<Boolean> queryFlag(String name) {
        return query(name)
                .map(text -> {
                    if (text.equalsIgnoreCase("true")) {
                        return true;
                    }
                    if (text.equalsIgnoreCase("false")) {
                        return false;
                    }
                    throw HttpException.badRequest(
                            "Parameter %s must be true or false, found: %s".formatted(name, text));
                });
    }

    /// A header; names are compared without regard to case.
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.apply(name));
    }

    /// Whether the client takes gzip.
    public boolean acceptsGzip() {
        return header("Accept-Encoding").filter(Compression::isAccepted).isPresent();
    }

    /// Whether the client says that it has what `etag` names.
    public boolean has(String etag) {
        return header("If-None-Match").filter(tags -> EntityTags.matches(tags, etag)).isPresent();
    }

    /// The body, decompressed. Read from the network by the first call.
    ///
    /// @throws HttpException 413 if it is too large, 400 if it cannot be decompressed
    public byte[] body() {
        mayWait();
        byte[] known = read;
        if (known == null) {
            known = body.get();
            read = known;
        }
        return known;
    }

    private static SequencedMap<String, String> parameters(@Nullable String rawQuery) {
        if (rawQuery == null) {
            return NO_PARAMETERS;
        }
        SequencedMap<String, String> parameters = new LinkedHashMap<>();
        for (String pair : List.of(rawQuery.split("&", -1))) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            String value = equals < 0 ? "" : pair.substring(equals + 1);
            parameters.putIfAbsent(UrlDecoder.form(name), UrlDecoder.form(value));
        }
        return parameters;
    }
}
