package dev.tarn.engine.trino;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The output of a child: copied to a file of bounded size, its last lines kept at hand.
///
/// One file and one older file, each of at most [#BYTES_MAX].
final class ChildLog {
    static final long BYTES_MAX = 8L << 20;
    private static final int TAIL_LINES = 20;
    private static final int LINE_CHARACTERS_MAX = 4_096;

    private final Path file;
    private final Deque<String> tail = new ArrayDeque<>(TAIL_LINES);

    ChildLog(Path file) {
        this.file = file;
    }

    /// Copies until the stream ends, which is when the child does.
    void copy(InputStream output) {
        try (var reader =
                new BufferedReader(new InputStreamReader(output, StandardCharsets.UTF_8))) {
            Files.createDirectories(file.toAbsolutePath().getParent());
            String line = reader.readLine();
            while (line != null) {
                line = copyUntilFull(reader, line);
            }
        } catch (IOException cause) {
            throw new UncheckedIOException("Output of Trino cannot be copied to " + file, cause);
        }
    }

    synchronized List<String> tail() {
        return List.copyOf(tail);
    }

    private @Nullable String copyUntilFull(BufferedReader reader, String first) throws IOException {
        if (Files.exists(file) && Files.size(file) >= BYTES_MAX) {
            Files.move(
                    file,
                    file.resolveSibling(file.getFileName() + ".1"),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        long size = Files.exists(file) ? Files.size(file) : 0;
        try (BufferedWriter writer =
                Files.newBufferedWriter(
                        file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            String line = first;
            while (line != null && size < BYTES_MAX) {
                String bounded =
                        line.length() <= LINE_CHARACTERS_MAX
                                ? line
                                : line.substring(0, LINE_CHARACTERS_MAX) + " ...";
                remember(bounded);
                writer.write(bounded);
                writer.newLine();
                writer.flush();
                size += bounded.length() + 1L;
                line = reader.readLine();
            }
            return line;
        }
    }

    private synchronized void remember(String line) {
        if (tail.size() == TAIL_LINES) {
            tail.removeFirst();
        }
        tail.addLast(line);
    }
}
