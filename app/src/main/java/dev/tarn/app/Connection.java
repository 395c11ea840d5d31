package dev.tarn.app;

import dev.tarn.app.config.Secret;

/// What another engine needs to use the catalog and its storage.
///
/// @param storageEndpoint empty if tables are plain files
public record Connection(
        String catalog,
        String warehouse,
        String storageEndpoint,
        String region,
        boolean pathStyle,
        String accessKey,
        Secret secretKey) {}
