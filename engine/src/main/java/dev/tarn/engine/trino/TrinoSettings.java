package dev.tarn.engine.trino;

import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What Tarn must know to run a Trino.
///
/// @param javaHome a JDK 25
/// @param lib the folder with Trino's jars, as `dev/trino` prints it
/// @param home the child's working folder: configuration, caches; made if missing, private to its
///   owner
/// @param log the child's output; a second file beside it holds the older half
/// @param port on 127.0.0.1; 0 takes any free one
/// @param heapMegabytes the child's `-Xmx`
/// @param startupCache whether to make an AOT cache in the background once, which halves later
///   starts
/// @param catalogUri where the Iceberg REST catalog listens
/// @param warehouse the warehouse that appears as catalog `lake`
/// @param bytes where the warehouse's objects are
public record TrinoSettings(
        Path javaHome,
        Path lib,
        Path home,
        Path log,
        int port,
        int heapMegabytes,
        boolean startupCache,
        URI catalogUri,
        String warehouse,
        Bytes bytes) {

    public static final String CATALOG = "lake";
    public static final int DEFAULT_PORT = 8080;
    public static final int DEFAULT_HEAP_MEGABYTES = 1024;
    private static final int HEAP_MEGABYTES_MIN = 384;

    /// Where the warehouse's objects are, as Trino reaches them.
    public sealed interface Bytes {
        /// Any S3; the endpoint is null for AWS itself.
        record S3(
                @Nullable URI endpoint,
                String region,
                boolean pathStyle,
                String accessKey,
                String secretKey)
                implements Bytes {
            @Override
            public String toString() {
                return "S3[endpoint=%s, region=%s, pathStyle=%s, accessKey=%s, secretKey=***]"
                        .formatted(endpoint, region, pathStyle, accessKey);
            }
        }

        /// A folder of this machine: the warehouse's root is a `file:///` location.
        record Folder() implements Bytes {}
    }

    public TrinoSettings {
        if (heapMegabytes < HEAP_MEGABYTES_MIN) {
            throw new IllegalArgumentException(
                    "Heap of Trino of at least %s MB expected, found: %s MB"
                            .formatted(HEAP_MEGABYTES_MIN, heapMegabytes));
        }
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("Port of 0 to 65535 expected, found: " + port);
        }
    }
}
