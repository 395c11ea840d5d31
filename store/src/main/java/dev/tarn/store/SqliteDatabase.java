package dev.tarn.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Function;

/// The embedded database: one writer, a few readers, one file in write-ahead mode.
final class SqliteDatabase implements Database {
    private static final int READERS = 4;

    private final Path file;
    private final SqliteWriter writer;
    private final BlockingQueue<SqliteConnection> readers = new ArrayBlockingQueue<>(READERS);

    SqliteDatabase(Path file, boolean fsync) {
        this.file = file;
        createPrivately(file);
        this.writer = new SqliteWriter(file, fsync);
        for (int i = 0; i < READERS; i++) {
            readers.add(SqliteConnection.open(file, false, fsync));
        }
    }

    /// SQLite gives the files beside this one the same mode.
    private static void createPrivately(Path file) {
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null && !Files.exists(folder)) {
                var mode = PosixFilePermissions.fromString("rwx------");
                Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(mode));
            }
            var mode = PosixFilePermissions.fromString("rw-------");
            try {
                Files.createFile(file, PosixFilePermissions.asFileAttribute(mode));
            } catch (FileAlreadyExistsException e) {
                Files.setPosixFilePermissions(file, mode);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot create " + file, e);
        }
    }

    @Override
    public <T> T read(Function<Transaction, T> work) {
        SqliteConnection connection = takeReader();
        try {
            connection.run("BEGIN");
            try {
                return work.apply(connection);
            } finally {
                connection.run("ROLLBACK");
            }
        } catch (SQLException e) {
            throw new StoreException("Cannot read %s: %s".formatted(file, e.getMessage()), e);
        } finally {
            readers.add(connection);
        }
    }

    @Override
    public <T> T readOne(Function<Transaction, T> work) {
        SqliteConnection connection = takeReader();
        try {
            return work.apply(connection);
        } finally {
            readers.add(connection);
        }
    }

    private SqliteConnection takeReader() {
        try {
            return readers.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("Interrupted while waiting for a connection", e);
        }
    }

    @Override
    public <T> T write(Function<Transaction, T> work) {
        return writer.write(work);
    }

    @Override
    public void migrate(String component, List<Migration> migrations) {
        new Migrations(component, migrations).apply(this, Dialect.SQLITE);
    }

    @Override
    public boolean reachable() {
        return Reachable.check(this);
    }

    @Override
    public void close() {
        for (int i = 0; i < READERS; i++) {
            takeReader().close();
        }
        writer.close();
    }
}
