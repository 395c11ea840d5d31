package dev.tarn.catalog.warehouse;

import java.util.Set;
import org.apache.iceberg.exceptions.BadRequestException;

/// Which names a warehouse can have. They stand in paths and in the settings of every client, so
/// they are plain: DuckDB attaches a warehouse with `://` in its name for reading only.
final class WarehouseNames {
    private static final int LENGTH_MAX = 63;

    /// What stands in a path where the name of a warehouse would stand.
    private static final Set<String> TAKEN =
            Set.of("config", "namespaces", "oauth", "tables", "transactions", "views");

    private WarehouseNames() {}

    static void check(String name) {
        boolean plain = name.chars().allMatch(WarehouseNames::isPlain);
        if (name.isEmpty() || name.length() > LENGTH_MAX || !plain || name.startsWith(".")) {
            throw new BadRequestException(
                    "Name of a warehouse must be 1 to %s of a-z, A-Z, 0-9, '-', '_' and '.', not"
                            + " starting with '.', found: %s",
                    LENGTH_MAX, name);
        }
        if (TAKEN.contains(name)) {
            throw new BadRequestException(
                    "Name of a warehouse must not be a word of the protocol, found: %s", name);
        }
    }

    private static boolean isPlain(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '_'
                || c == '.';
    }
}
