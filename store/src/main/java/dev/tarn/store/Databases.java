package dev.tarn.store;

import java.nio.file.Path;

/// Opens a [Database].
public final class Databases {
    private Databases() {}

    /// The embedded database, one file that only this process uses, readable by its owner alone.
    public static Database sqlite(Path file) {
        return new SqliteDatabase(file);
    }

    public static Database postgres(PostgresSettings settings) {
        return new PostgresDatabase(settings);
    }
}
