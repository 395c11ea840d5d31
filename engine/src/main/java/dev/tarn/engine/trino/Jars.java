package dev.tarn.engine.trino;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Trino's jars in a fixed order: the AOT cache holds only for the same list.
record Jars(List<Path> files) {
    Jars {
        files = List.copyOf(files);
        if (files.isEmpty()) {
            throw new IllegalArgumentException(
                    "Jars of Trino expected, found an empty folder: run dev/trino");
        }
    }

    static Jars of(Path lib) {
        try (Stream<Path> entries = Files.list(lib)) {
            return new Jars(
                    entries.filter(file -> file.toString().endsWith(".jar")).sorted().toList());
        } catch (IOException cause) {
            throw new UncheckedIOException(
                    "Folder with Trino's jars cannot be read: " + lib, cause);
        }
    }

    String classPath() {
        return files.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }
}
