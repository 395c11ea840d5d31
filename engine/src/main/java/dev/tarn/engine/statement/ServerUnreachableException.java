package dev.tarn.engine.statement;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/// The server did not answer, or something else than Trino did.
public final class ServerUnreachableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ServerUnreachableException(URI server, String found, @Nullable Throwable cause) {
        super("Trino at %s expected, found: %s".formatted(server, found), cause);
    }
}
