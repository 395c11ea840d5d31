package dev.tarn.catalog.view;

import org.apache.iceberg.view.ViewMetadata;
import org.jspecify.annotations.Nullable;

/// A view as it is now.
///
/// @param labels as JSON, null if it has none or was not loaded by its name
public record LoadedView(String metadataLocation, ViewMetadata metadata, @Nullable String labels) {
    LoadedView(String metadataLocation, ViewMetadata metadata) {
        this(metadataLocation, metadata, null);
    }
}
