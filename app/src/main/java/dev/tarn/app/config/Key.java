package dev.tarn.app.config;

/// One thing that can be set.
///
/// @param name dotted, as it stands in the file
/// @param type what its values look like
/// @param fallback the value if it is not set, as text; empty if there is none
record Key(String name, String type, String fallback, String explanation) {

    /// `storage.s3.access-key` is `TARN_STORAGE_S3_ACCESS_KEY`.
    String variable() {
        return "TARN_"
                + name.toUpperCase(java.util.Locale.ROOT).replace('.', '_').replace('-', '_');
    }
}
