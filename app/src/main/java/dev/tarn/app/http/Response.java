package dev.tarn.app.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// Status, headers and the whole body, or one that is written as it comes about. Compression and
/// `Content-Length` are the server's work, unless the body comes compressed and says so in
/// `Content-Encoding`.
public final class Response {
    private static final byte[] EMPTY = new byte[0];

    private final int status;
    private final SequencedMap<String, String> headers;
    private final byte[] body;
    private final @Nullable Stream stream;

    private Response(int status, SequencedMap<String, String> headers, byte[] body) {
        this(status, headers, body, null);
    }

    private Response(
            int status,
            SequencedMap<String, String> headers,
            byte[] body,
            @Nullable Stream stream) {
        this.status = status;
        this.headers = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(headers));
        this.body = body;
        this.stream = stream;
    }

    /// A body without end or of unknown length. What it writes goes out at once; a write waits
    /// until the client has room for it.
    @FunctionalInterface
    public interface Stream {
        void writeTo(OutputStream out) throws IOException;
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

    /// 200 with what `stream` writes, on the request's own thread. It is not compressed.
    public static Response stream(String contentType, Stream stream) {
        SequencedMap<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", contentType);
        return new Response(200, headers, EMPTY, stream);
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
        return new Response(status, more, body, stream);
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

    /// What writes the body in place of [#body].
    @Nullable Stream stream() {
        return stream;
    }
}
