/// A Trino of Tarn's own: a child JVM that is configured, started, watched, started again and
/// stopped.
///
/// ```
/// TrinoSettings ─▶ Configuration  writes etc/            Trino  one thread per life of the platform:
///                  Child          one JVM, its log          start ─▶ ready? ─▶ RUNNING ─▶ died? ─▶ pause ─▶ start
///                  StartupCache   AOT cache, made aside  TrinoStatus  what `status` shows
/// ```
@NullMarked
package dev.tarn.engine.trino;

import org.jspecify.annotations.NullMarked;
