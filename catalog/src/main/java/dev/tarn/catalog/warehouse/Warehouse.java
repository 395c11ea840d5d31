package dev.tarn.catalog.warehouse;

import dev.tarn.storage.Location;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// A named root of namespaces.
///
/// @param root where its tables lie unless their namespace says otherwise
/// @param properties what its owners note about it
public record Warehouse(
        String id, String name, Location root, SortedMap<String, String> properties) {

    public Warehouse {
        properties = Collections.unmodifiableSortedMap(new TreeMap<>(properties));
    }

    public Warehouse(String id, String name, Location root) {
        this(id, name, root, new TreeMap<>(Map.of()));
    }
}
