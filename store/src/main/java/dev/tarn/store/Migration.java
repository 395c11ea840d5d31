package dev.tarn.store;

/// One step of a schema, never edited once released.
///
/// @param sql statements, each ending with a semicolon at the end of a line. `${text}` stands for
///   text that sorts by its UTF-8 bytes, `${bytes}` for bytes, `${sequence}` for a primary key that
///   the database counts up
public record Migration(int version, String name, String sql) {}
