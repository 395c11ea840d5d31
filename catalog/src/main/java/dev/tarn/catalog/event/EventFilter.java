package dev.tarn.catalog.event;

import dev.tarn.catalog.Names;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.catalog.Namespace;
import org.jspecify.annotations.Nullable;

/// Which events somebody wants.
///
/// @param warehouse null for all
/// @param namespace with all that are below it; null for all
/// @param name of a table, view or function; null for all
/// @param types empty for all
public record EventFilter(
        @Nullable String warehouse,
        @Nullable Namespace namespace,
        @Nullable String name,
        Set<EventType> types) {

    public static final EventFilter ALL = new EventFilter(null, null, null, Set.of());

    public EventFilter {
        types = types.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(types));
    }

    /// The condition in SQL, beginning with ` AND`; empty for all.
    String condition(List<Object> arguments) {
        var sql = new StringBuilder();
        if (warehouse != null) {
            sql.append(" AND warehouse = ?");
            arguments.add(warehouse);
        }
        if (namespace != null) {
            String path = Names.path(namespace);
            // Below it are the paths that go on after a separator.
            sql.append(" AND (namespace = ? OR (namespace >= ? AND namespace < ?))");
            arguments.addAll(List.of(path, path + '\u001f', path + ' '));
        }
        if (name != null) {
            sql.append(" AND name = ?");
            arguments.add(name);
        }
        if (!types.isEmpty()) {
            sql.append(
                    types.stream()
                            .map(type -> "?")
                            .collect(Collectors.joining(", ", " AND kind IN (", ")")));
            types.forEach(type -> arguments.add(type.kind()));
        }
        return sql.toString();
    }
}
