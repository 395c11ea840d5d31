package dev.tarn.catalog.warehouse;

import dev.tarn.storage.Location;

/// A named root of namespaces.
///
/// @param root where its tables lie unless their namespace says otherwise
public record Warehouse(String id, String name, Location root) {}
