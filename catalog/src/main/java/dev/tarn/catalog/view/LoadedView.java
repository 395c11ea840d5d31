package dev.tarn.catalog.view;

import org.apache.iceberg.view.ViewMetadata;

/// A view as it is now.
public record LoadedView(String metadataLocation, ViewMetadata metadata) {}
