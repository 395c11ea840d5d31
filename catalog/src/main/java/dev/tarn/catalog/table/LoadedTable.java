package dev.tarn.catalog.table;

import org.apache.iceberg.TableMetadata;
import org.jspecify.annotations.Nullable;

/// A table as it is now.
///
/// @param metadataLocation null for a staged create, which has no file yet
public record LoadedTable(@Nullable String metadataLocation, TableMetadata metadata) {}
