package dev.tarn.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// The files of `examples/connect`, with `${…}` replaced by what the server says of itself.
final class Recipes {
    static final SequencedMap<String, String> FILES = new LinkedHashMap<>();

    static {
        FILES.put("trino", "trino.properties");
        FILES.put("spark", "spark.sh");
        FILES.put("pyiceberg", "lake.py");
        FILES.put("duckdb", "duckdb.sql");
    }

    /// For completion in shells.
    static final class Names extends ArrayList<String> {
        private static final long serialVersionUID = 1L;

        Names() {
            super(FILES.keySet());
        }
    }

    private final Path folder;

    Recipes(Path home) {
        this.folder = home.resolve("examples/connect");
    }

    /// @param connection placeholder to value
    String filledIn(String engine, JsonNode connection) {
        String file = FILES.get(engine);
        if (file == null) {
            throw new IllegalArgumentException("No recipe for " + engine);
        }
        String text;
        try {
            text = Files.readString(folder.resolve(file));
        } catch (IOException e) {
            throw new CommandException(
                    "The recipe %s cannot be read: %s"
                            .formatted(folder.resolve(file), e.getMessage()),
                    e);
        }
        for (var value : connection.properties()) {
            text = text.replace("${" + value.getKey() + "}", value.getValue().asText());
        }
        return text;
    }
}
