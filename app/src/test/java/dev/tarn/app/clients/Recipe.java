package dev.tarn.app.clients;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SequencedMap;

/// A file of `examples/connect` with its placeholders filled in.
final class Recipe {
    private Recipe() {}

    /// What scripts that use DuckDB read: where its recipe is, and where its extensions may lie.
    static SequencedMap<String, String> forDuckDb(Platform platform, Path folder) {
        SequencedMap<String, String> environment = platform.environment();
        Path recipe = write("duckdb.sql", platform.connection(), folder);
        environment.put("RECIPE", recipe.toString());
        environment.put("DUCKDB_EXTENSIONS", folder.resolve("duckdb-extensions").toString());
        return environment;
    }

    static Path write(String name, Map<String, String> values, Path folder) {
        try {
            String text = Files.readString(Checkout.file("examples/connect/" + name));
            for (var value : values.entrySet()) {
                text = text.replace("${" + value.getKey() + "}", value.getValue());
            }
            if (text.contains("${")) {
                throw new IllegalStateException(
                        "%s has a placeholder that nobody fills:%n%s".formatted(name, text));
            }
            return Files.writeString(folder.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
