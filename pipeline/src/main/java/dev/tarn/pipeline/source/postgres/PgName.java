package dev.tarn.pipeline.source.postgres;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A table of a database.
record PgName(String database, String schema, String table) {

    /// Of `database.schema.table`; null if it is not.
    static @Nullable PgName ofOrNull(String path) {
        List<String> parts = List.of(path.split("\\.", -1));
        return parts.size() == 3 && parts.stream().noneMatch(String::isEmpty)
                ? new PgName(parts.get(0), parts.get(1), parts.get(2))
                : null;
    }

    String path() {
        return database + "." + schema + "." + table;
    }

    /// As SQL has it.
    String quoted() {
        return quoted(schema) + "." + quoted(table);
    }

    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    @Override
    public String toString() {
        return schema + "." + table;
    }
}
