/// Keeps tables tidy: compaction, snapshot expiry, removal of orphan files.
///
/// Empty so far; the wall stands. What belongs here reads tables through the catalog and commits
/// like any other client, so a pipeline never meets it except as a conflict it can retry.
@NullMarked
package dev.tarn.maintenance;

import org.jspecify.annotations.NullMarked;
