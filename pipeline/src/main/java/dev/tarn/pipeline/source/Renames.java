package dev.tarn.pipeline.source;

import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Columns of a source that once had another name.
///
/// @param byTable by the table's path the new name of each old one
public record Renames(Map<String, Map<String, String>> byTable) {
    public static final Renames NONE = new Renames(Map.of());

    /// So often may a column have been renamed, one time after the other.
    private static final int STEPS_MAX = 16;

    public Renames {
        Map<String, Map<String, String>> copy = new HashMap<>();
        byTable.forEach((table, names) -> copy.put(table, Map.copyOf(names)));
        byTable = Map.copyOf(copy);
    }

    public static Renames of(String table, Map<String, String> names) {
        return names.isEmpty() ? NONE : new Renames(Map.of(table, names));
    }

    public boolean isEmpty() {
        return byTable.isEmpty();
    }

    /// Of one table.
    public Renames only(String table) {
        return of(table, byTable.getOrDefault(table, Map.of()));
    }

    /// Whether all of these are known here.
    public boolean has(Renames others) {
        return others.byTable.entrySet().stream()
                .allMatch(table ->
                        byTable.getOrDefault(table.getKey(), Map.of())
                                .entrySet()
                                .containsAll(table.getValue().entrySet()));
    }

    /// Of a table whose names were these and are those.
    ///
    /// @throws IOException if a name that a column had is another one's now: by their names they
    ///   would be taken for each other
    public static Renames of(String table, Map<String, String> names, Collection<String> now)
            throws IOException {
        for (Map.Entry<String, String> renamed : names.entrySet()) {
            if (now.contains(renamed.getKey())) {
                throw new IOException(
                        "Table %s has a column %s that was called otherwise, and what was called so is called %s: names that change places are not followed, run the job with --again and schema_save_mode = RECREATE_SCHEMA"
                                .formatted(table, renamed.getKey(), renamed.getValue()));
            }
        }
        return of(table, names);
    }

    /// The name, among those that there are now, of a column that is not there any more; null if it
    /// was not renamed.
    public @Nullable String nowOrNull(String table, String column, Collection<String> now) {
        Map<String, String> names = byTable.getOrDefault(table, Map.of());
        String name = names.get(column);
        for (int step = 0; name != null && step < STEPS_MAX; step++) {
            if (now.contains(name)) {
                return name;
            }
            name = names.get(name);
        }
        return null;
    }
}
