package dev.tarn.store;

import java.nio.file.Path;

/// Opens a [Database].
public final class Databases {
    private Databases() {}

    /// The embedded database, one file that only this process uses, readable by its owner alone.
    public static Database sqlite(Path file) {
        return sqlite(file, true);
    }

    /// @param fsync false gives up that the last changes survive a power cut; the file stays whole
    public static Database sqlite(Path file, boolean fsync) {
        return new SqliteDatabase(file, fsync);
    }

    public static Database postgres(PostgresSettings settings) {
        return new PostgresDatabase(settings);
    }
}
