package dev.tarn.app.http;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A request that is refused for reasons of HTTP: no such path, wrong method, body too large.
public final class HttpException extends RuntimeException {
    private final int status;
    private final String type;
    private final @Nullable String allow;

    private HttpException(int status, String type, String message, @Nullable String allow) {
        super(message);
        this.status = status;
        this.type = type;
        this.allow = allow;
    }

    /// @param type the name a client branches on, such as `NotFoundException`
    public HttpException(int status, String type, String message) {
        this(status, type, message, null);
    }

    public static HttpException badRequest(String message) {
        return new HttpException(400, "BadRequestException", message);
    }

    public static HttpException unknownPath(String method, String path) {
        return new HttpException(
                404, "NoSuchPathException", "No such path: %s %s".formatted(method, path));
    }

    static HttpException wrongMethod(String method, String template, String allow) {
        return new HttpException(
                405,
                "MethodNotAllowedException",
                "Method is not allowed for %s, expected %s, found %s"
                        .formatted(template, allow, method),
                allow);
    }

    static HttpException foreignCaller(String header, String found) {
        return new HttpException(
                403,
                "ForbiddenException",
                "%s is not of this machine, expected localhost, found %s".formatted(header, found));
    }

    static HttpException bodyTooLarge(long bytesMax) {
        return new HttpException(
                413,
                "ContentTooLargeException",
                "Body is too large, expected at most %s bytes".formatted(bytesMax));
    }

    static HttpException unknownEncoding(String encoding) {
        return new HttpException(
                415,
                "UnsupportedMediaTypeException",
                "Content-Encoding is unknown, expected gzip, found " + encoding);
    }

    public int status() {
        return status;
    }

    public String type() {
        return type;
    }

    /// The methods to name in `Allow`, or null.
    @Nullable String allow() {
        return allow;
    }

    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }
}
