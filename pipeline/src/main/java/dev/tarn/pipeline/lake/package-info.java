/// The catalog that a job's tables lie in: this server's own, or another one over HTTP.
///
/// ```
///             own catalog                             another REST catalog
/// table       metadata in this process                 GET /v1/.../tables/t
/// change      collected, sent with the next commit     sent at once
/// commit      one transaction: all tables + ledger     ledger first, then one table after the other
/// ```
///
/// What a failure halfway leaves behind, and who mends it, is told where commits are made.
@NullMarked
package dev.tarn.pipeline.lake;

import org.jspecify.annotations.NullMarked;
