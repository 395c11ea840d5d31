/// The child program: `Tarn (engine.trino) ── starts, pipe on stdin ──▶ TrinoMain ──▶ Trino + Iceberg connector`.
///
/// Nothing of Tarn is on its class path and nothing of it is on Tarn's. It reads `etc/` in its working
/// folder, which the parent has written.
@NullMarked
package dev.tarn.trino;

import org.jspecify.annotations.NullMarked;
