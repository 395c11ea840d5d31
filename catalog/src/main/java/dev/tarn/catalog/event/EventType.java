package dev.tarn.catalog.event;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What can change.
///
/// The kind is how the catalog writes it down, a verb and what it is done to; the name is how it is
/// told to others, after [CloudEvents](https://cloudevents.io).
public enum EventType {
    WAREHOUSE_CREATED("create-warehouse", "warehouse.created"),
    WAREHOUSE_UPDATED("update-warehouse", "warehouse.updated"),
    WAREHOUSE_DROPPED("drop-warehouse", "warehouse.dropped"),
    WAREHOUSE_PROTECTED("protect-warehouse", "warehouse.protected"),
    WAREHOUSE_UNPROTECTED("unprotect-warehouse", "warehouse.unprotected"),

    NAMESPACE_CREATED("create-namespace", "namespace.created"),
    NAMESPACE_UPDATED("update-namespace", "namespace.updated"),
    NAMESPACE_DROPPED("drop-namespace", "namespace.dropped"),
    NAMESPACE_PROTECTED("protect-namespace", "namespace.protected"),
    NAMESPACE_UNPROTECTED("unprotect-namespace", "namespace.unprotected"),

    TABLE_CREATED("create-table", "table.created"),
    TABLE_COMMITTED("commit-table", "table.committed"),
    TABLE_RENAMED("rename-table", "table.renamed"),
    TABLE_REGISTERED("register-table", "table.registered"),
    TABLE_UNREGISTERED("unregister-table", "table.unregistered"),
    TABLE_DROPPED("drop-table", "table.dropped"),
    TABLE_UNDROPPED("undrop-table", "table.undropped"),
    TABLE_EXPIRED("expire-table", "table.expired"),
    TABLE_PURGED("purge-table", "table.purged"),
    TABLE_PROTECTED("protect-table", "table.protected"),
    TABLE_UNPROTECTED("unprotect-table", "table.unprotected"),
    TABLE_LABELED("label-table", "table.labeled"),

    VIEW_CREATED("create-view", "view.created"),
    VIEW_COMMITTED("commit-view", "view.committed"),
    VIEW_RENAMED("rename-view", "view.renamed"),
    VIEW_REGISTERED("register-view", "view.registered"),
    VIEW_DROPPED("drop-view", "view.dropped"),
    VIEW_UNDROPPED("undrop-view", "view.undropped"),
    VIEW_EXPIRED("expire-view", "view.expired"),
    VIEW_PURGED("purge-view", "view.purged"),
    VIEW_PROTECTED("protect-view", "view.protected"),
    VIEW_UNPROTECTED("unprotect-view", "view.unprotected"),
    VIEW_LABELED("label-view", "view.labeled"),

    FUNCTION_CREATED("create-function", "function.created"),
    FUNCTION_DROPPED("drop-function", "function.dropped");

    private static final String PREFIX = "dev.tarn.";
    private static final Map<String, EventType> BY_KIND = by(EventType::kind);
    private static final Map<String, EventType> BY_NAME = by(EventType::text);

    private final String kind;
    private final String name;

    EventType(String kind, String name) {
        this.kind = kind;
        this.name = name;
    }

    /// As it stands in rows, such as `commit-table`.
    public String kind() {
        return kind;
    }

    /// As others know it, such as `dev.tarn.table.committed`.
    public String text() {
        return PREFIX + name;
    }

    /// What it is done to, such as `table`.
    public String object() {
        return name.substring(0, name.indexOf('.'));
    }

    /// @throws IllegalStateException if nobody has named this kind above
    static EventType ofKind(String kind) {
        EventType type = BY_KIND.get(kind);
        if (type == null) {
            throw new IllegalStateException("Kind of event has no type: " + kind);
        }
        return type;
    }

    public static Optional<EventType> find(String text) {
        return Optional.ofNullable(BY_NAME.get(text));
    }

    private static Map<String, EventType> by(Function<EventType, String> key) {
        return Arrays.stream(values()).collect(Collectors.toMap(key, type -> type));
    }
}
