package dev.tarn.storage;

import java.time.Instant;

/// What a store knows of an object without reading it.
///
/// @param size bytes
/// @param etag opaque, changes with every write of the object; without quotes
public record ObjectInfo(Location location, long size, String etag, Instant modified) {}
