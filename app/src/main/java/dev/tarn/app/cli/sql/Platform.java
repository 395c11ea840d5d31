package dev.tarn.app.cli.sql;

import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What the command must know of the platform it belongs to; null stands for the usual data folder.
public interface Platform {
    /// Where the Trino of the platform on this data folder listens.
    URI trino(@Nullable Path data);

    /// Where the prompt keeps what was typed.
    Path history(@Nullable Path data);
}
