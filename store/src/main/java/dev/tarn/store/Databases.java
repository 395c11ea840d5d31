package dev.tarn.store;

import java.nio.file.Path;

/// Opens a [Database].
public final class Databases {
    private Databases() {}

    /// The embedded database, one file that only this process uses.
    public static Database sqlite(Path file) { throw new UnsupportedOperationException(); }

    public static Database postgres(PostgresSettings settings) { throw new UnsupportedOperationException(); }
}
