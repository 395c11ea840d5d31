package dev.tarn.app.http;

import java.time.Duration;

/// Where a server listens, and its limits.
///
/// @param port 0 for any free one
/// @param bodyBytesMax of a request, decompressed
/// @param connectionsMax further ones wait to be accepted
/// @param idleDuration how long a connection may be silent, between requests and within one
/// @param stopDuration how long requests under way may take to end when the server stops
public record HttpSettings(
        String host,
        int port,
        long bodyBytesMax,
        int connectionsMax,
        Duration idleDuration,
        Duration stopDuration) {

    public static HttpSettings at(String host, int port) {
        return new HttpSettings(
                host, port, 64L << 20, 1_024, Duration.ofSeconds(60), Duration.ofSeconds(10));
    }
}
