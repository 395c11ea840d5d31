/// Rows: one [dev.tarn.store.Database], SQLite or PostgreSQL, and the only user of `java.sql`.
///
/// The SQL of a feature stands beside the feature as text that both understand. A transaction opens
/// and closes in one method, touches rows only and never nests. What one of several processes must
/// do alone is taken by a [dev.tarn.store.Lease]; a [dev.tarn.store.LeasedTask] does so for good.
@NullMarked
package dev.tarn.store;

import org.jspecify.annotations.NullMarked;
