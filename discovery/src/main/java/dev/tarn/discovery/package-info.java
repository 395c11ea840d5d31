/// Finds and explains tables: search, lineage, owners, quality, DataHub.
///
/// Empty so far; the wall stands. What belongs here learns of changes only from the catalog's
/// events, rows read by a cursor, so that discovery being behind or broken never fails a commit.
@NullMarked
package dev.tarn.discovery;

import org.jspecify.annotations.NullMarked;
