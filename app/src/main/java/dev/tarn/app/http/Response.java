package dev.tarn.app.http;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// Status, headers and the whole body. Compression and `Content-Length` are the server's work,
/// unless the body comes compressed and says so in `Content-Encoding`.
public final class Response {
    private static final byte[] EMPTY = new byte[0];

    private final int status;
    private final SequencedMap<String, String> headers;
    private final byte[] body;

    private Response(int status, SequencedMap<String, String> headers, byte[] body) {
        this.status = status;
        this.headers = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(headers));
        this.body = body;
    }

    /// 200 with a value as JSON.
    public static Response json(Object value) {
        return json(200, value);
    }

    public static Response json(int status, Object value) {
        return of(status, "application/json", Json.write(value));
    }

    public static Response text(int status, String contentType, String text) {
        return of(status, contentType, text.getBytes(StandardCharsets.UTF_8));
    }

    /// @param body not copied
    public static Response of(int status, String contentType, byte[] body) {
        SequencedMap<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", contentType);
        return new Response(status, headers, body);
    }

    /// 204.
    public static Response noContent() {
        return empty(204);
    }

    public static Response empty(int status) {
        return new Response(status, new LinkedHashMap<>(), EMPTY);
    }

    public Response withHeader(String name, String value) {
        SequencedMap<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Response(status, more, body);
    }

    /// Names the state that the body tells, for `If-None-Match`.
    ///
    /// @param etag strong and in quotes; that of the uncompressed body
    public Response withEtag(String etag) {
        return withHeader("ETag", etag);
    }

    public int status() {
        return status;
    }

    public SequencedMap<String, String> headers() {
        return headers;
    }

    /// @return not a copy
    public byte[] body() {
        return body;
    }
}
