/// The face of Tarn: one process that serves the catalog, the storage and the pipelines, and the
/// command line that starts it and talks to it.
///
///     ./tarn ─▶ [Main] ─▶ cli ── up ──▶ [Assembly] ─▶ store, storage, catalog, pipeline, engine, http
///                          └─ status, sql, catalog … ── HTTP ──▶ /v1 and /api of a running one
@NullMarked
package dev.tarn.app;

import org.jspecify.annotations.NullMarked;
