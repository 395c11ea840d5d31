/// Rows: one [dev.tarn.store.Database], SQLite or PostgreSQL, and the only user of `java.sql`.
///
/// The SQL of a feature stands beside the feature as text that both understand. A transaction opens
/// and closes in one method, touches rows only and never nests.
@NullMarked
package dev.tarn.store;

import org.jspecify.annotations.NullMarked;
