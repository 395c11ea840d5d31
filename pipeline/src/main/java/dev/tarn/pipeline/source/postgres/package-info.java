/// Changes of PostgreSQL's tables.
///
/// ```
/// create slot, export snapshot ──▶ COPY each table ──▶ one commit: all rows, and where the log begins
///                                                      │
/// START_REPLICATION at the stored position ──▶ pgoutput ──▶ batches by table ──▶ commit at a border
///                                                                     of transactions
///                                                      └── the slot is told only after it
/// ```
///
/// What is not committed is read again: the snapshot as a whole, because nobody can return to it
/// once its transaction is gone, the log from the position in the catalog. The slot keeps the log
/// from there; that it does is looked at when a run begins.
///
/// Both the snapshot and the log come as text, so that one value has one reading.
@NullMarked
package dev.tarn.pipeline.source.postgres;

import org.jspecify.annotations.NullMarked;
