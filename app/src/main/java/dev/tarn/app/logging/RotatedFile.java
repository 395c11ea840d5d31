package dev.tarn.app.logging;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.logging.ErrorManager;
import java.util.logging.Handler;
import java.util.logging.LogRecord;

/// Appends to one file of a fixed name; when it is full it becomes `.1`, that `.2`, and the last
/// goes.
final class RotatedFile extends Handler {
    private final Path file;
    private final int sizeMax;
    private final int files;
    private OutputStream out;
    private long size;

    RotatedFile(Path file, int sizeMax, int files) throws IOException {
        this.file = file;
        this.sizeMax = sizeMax;
        this.files = files;
        this.out = open();
    }

    @Override
    public void publish(LogRecord event) {
        if (isLoggable(event)) {
            append(getFormatter().format(event).getBytes(StandardCharsets.UTF_8));
        }
    }

    private synchronized void append(byte[] line) {
        try {
            if (size > 0 && size + line.length > sizeMax) {
                rotate();
            }
            out.write(line);
            out.flush();
            size += line.length;
        } catch (IOException e) {
            reportError(file.toString(), e, ErrorManager.WRITE_FAILURE);
        }
    }

    private void rotate() throws IOException {
        out.close();
        for (int number = files - 1; number >= 1; number--) {
            Path older = number == 1 ? file : numbered(number - 1);
            if (Files.exists(older)) {
                Files.move(older, numbered(number), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        if (files == 1) {
            Files.delete(file);
        }
        out = open();
    }

    private OutputStream open() throws IOException {
        OutputStream opened =
                new BufferedOutputStream(
                        Files.newOutputStream(
                                file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
        size = Files.size(file);
        return opened;
    }

    private Path numbered(int number) {
        return file.resolveSibling(file.getFileName() + "." + number);
    }

    @Override
    public synchronized void flush() {
        // Each line is flushed as it is written.
    }

    @Override
    public synchronized void close() {
        try {
            out.close();
        } catch (IOException e) {
            reportError(file.toString(), e, ErrorManager.CLOSE_FAILURE);
        }
    }
}
