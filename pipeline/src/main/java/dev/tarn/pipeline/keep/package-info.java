/// Pipelines that the server keeps running.
///
/// ```
/// create ─▶ waiting ─▶ running ─▶ finished              (the source has an end)
///              ▲          │  └──▶ failing ─▶ running     (tried again, later each time)
///              └─ start ── paused ◀─ pause
/// ```
///
/// What is wanted stands in a row, and so does what is: any process on the database may be asked,
/// and the one that holds the lease of a pipeline does it. A process that ends gives its leases
/// back after its runs have committed; one that was killed is missed after a while. Neither can
/// double a row: that is refused by the ledger's epoch, whoever believes to hold the lease.
@NullMarked
package dev.tarn.pipeline.keep;

import org.jspecify.annotations.NullMarked;
