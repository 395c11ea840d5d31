package dev.tarn.app.http.rest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.apache.iceberg.Files;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SeekableInputStream;

/// How the Java client reads and writes `file:` locations here: Iceberg's own way goes through
/// Hadoop, which does not run on this JDK.
public final class FileSchemeIO implements FileIO {
    private static final String SCHEME = "file:";

    @Override
    public InputFile newInputFile(String location) {
        return new Named(Files.localInput(path(location).toFile()), location);
    }

    @Override
    public OutputFile newOutputFile(String location) {
        return new NamedOutput(Files.localOutput(path(location).toFile()), location);
    }

    @Override
    public void deleteFile(String location) {
        try {
            java.nio.file.Files.deleteIfExists(path(location));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path path(String location) {
        String path = location.startsWith(SCHEME) ? location.substring(SCHEME.length()) : location;
        return Path.of(path.startsWith("//") ? path.substring(2) : path);
    }

    private record NamedOutput(OutputFile file, String location) implements OutputFile {
        @Override
        public PositionOutputStream create() {
            return file.create();
        }

        @Override
        public PositionOutputStream createOrOverwrite() {
            return file.createOrOverwrite();
        }

        @Override
        public InputFile toInputFile() {
            return new Named(file.toInputFile(), location);
        }
    }

    /// A file under the name that was asked for; Iceberg compares locations as text.
    private record Named(InputFile file, String location) implements InputFile {
        @Override
        public long getLength() {
            return file.getLength();
        }

        @Override
        public SeekableInputStream newStream() {
            return file.newStream();
        }

        @Override
        public boolean exists() {
            return file.exists();
        }
    }
}
