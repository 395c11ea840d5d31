/// SQL: a Trino that Tarn starts and watches, and the client that speaks to it or to any other.
///
/// ```
/// trino      Trino ── starts, watches ──▶ child JVM :8080 ── Iceberg REST ──▶ catalog
/// statement  Statements ── HTTP, pages of JSON ──▶ any Trino
/// ```
@NullMarked
package dev.tarn.engine;

import org.jspecify.annotations.NullMarked;
