package dev.tarn.app.http;

import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Keeps web pages out of a server that is open on loopback.
///
/// A browser on this machine can be made to call it by any page: under a name that resolves to
/// loopback (`Host` is then that name), or directly (`Origin` is then the page's). Engines send
/// neither.
final class LocalCallers {
    private static final Pattern LOOPBACK =
            Pattern.compile("(localhost|127(\\.\\d{1,3}){3}|\\[::1])(:\\d+)?");

    /// The last one that was looked at and is loopback: callers hardly ever differ.
    private static volatile String known = "127.0.0.1";

    private LocalCallers() {}

    /// @param bound the address the server listens on
    /// @throws HttpException 403 if the request was made for, or by, another machine's page
    static void require(String bound, Function<String, @Nullable String> headers) {
        if (!isLoopback(bound)) {
            return;
        }
        String host = headers.apply("Host");
        if (host != null && !isLoopback(host)) {
            throw HttpException.foreignCaller("Host", host);
        }
        String origin = headers.apply("Origin");
        if (origin != null && !isLoopback(origin.replaceFirst("^https?://", ""))) {
            throw HttpException.foreignCaller("Origin", origin);
        }
    }

    private static boolean isLoopback(String authority) {
        if (authority.equals(known)) {
            return true;
        }
        boolean loopback = authority.equals("::1") || LOOPBACK.matcher(authority).matches();
        if (loopback) {
            known = authority;
        }
        return loopback;
    }
}
