package dev.tarn.catalog.namespace;

import java.util.List;

/// What a change of properties did.
///
/// @param missing keys that were to be removed and were not there
public record PropertiesChange(List<String> updated, List<String> removed, List<String> missing) {
    public PropertiesChange {
        updated = List.copyOf(updated);
        removed = List.copyOf(removed);
        missing = List.copyOf(missing);
    }
}
