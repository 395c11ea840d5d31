package dev.tarn.app.config;

/// A key as it is in effect.
///
/// @param value as text, secrets masked
/// @param origin the file and line, the variable or the flag it comes from; `default` otherwise
public record Setting(String key, String value, String origin) {}
