package dev.tarn.pipeline.source.mysql;

import org.jspecify.annotations.Nullable;

/// A table of a database.
record MyName(String database, String table) {

    /// Of `database.table`; null if it is not.
    static @Nullable MyName ofOrNull(String path) {
        int dot = path.indexOf('.');
        return dot > 0 && dot < path.length() - 1
                ? new MyName(path.substring(0, dot), path.substring(dot + 1))
                : null;
    }

    /// As SQL has it.
    String quoted() {
        return quoted(database) + "." + quoted(table);
    }

    static String quoted(String name) {
        return '`' + name.replace("`", "``") + '`';
    }

    @Override
    public String toString() {
        return database + "." + table;
    }
}
