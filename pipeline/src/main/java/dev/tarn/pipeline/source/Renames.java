package dev.tarn.pipeline.source;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Columns of a source that once had another name.
///
/// @param byTable by the table's path the new name of each old one
/// @param suspects paths of tables that have lost and got columns since they were looked at before:
///   the log may still tell that they are the same
public record Renames(Map<String, Map<String, String>> byTable, Set<String> suspects) {
    public static final Renames NONE = new Renames(Map.of());

    /// So often may a column have been renamed, one time after the other.
    private static final int STEPS_MAX = 64;

    public Renames {
        Map<String, Map<String, String>> copy = new HashMap<>();
        byTable.forEach((table, names) -> copy.put(table, Map.copyOf(names)));
        byTable = Map.copyOf(copy);
        suspects = Set.copyOf(suspects);
    }

    public Renames(Map<String, Map<String, String>> byTable) {
        this(byTable, Set.of());
    }

    public static Renames of(String table, Map<String, String> names) {
        return names.isEmpty() ? NONE : new Renames(Map.of(table, names));
    }

    public Renames suspecting(Set<String> tables) {
        return new Renames(byTable, tables);
    }

    /// These and others, which are newer.
    public Renames and(Renames others) {
        Map<String, Map<String, String>> all = new HashMap<>(byTable);
        others.byTable.forEach((table, names) ->
                all.merge(
                        table,
                        names,
                        (old, newer) -> {
                            Map<String, String> both = new HashMap<>(old);
                            both.putAll(newer);
                            return both;
                        }));
        return new Renames(all, suspects);
    }

    public boolean isEmpty() {
        return byTable.isEmpty();
    }

    /// Whether all of these are known here.
    public boolean has(Renames others) {
        return others.byTable.entrySet().stream()
                .allMatch(table ->
                        byTable.getOrDefault(table.getKey(), Map.of())
                                .entrySet()
                                .containsAll(table.getValue().entrySet()));
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
