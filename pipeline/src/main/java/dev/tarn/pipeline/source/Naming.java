package dev.tarn.pipeline.source;

/// How a source tells that a column has another name and is the same.
public enum Naming {
    /// It does not.
    SILENT,

    /// Columns keep the ids of their fields.
    NUMBERED,

    /// Its log does, at the place where it happens.
    LOGGED
}
