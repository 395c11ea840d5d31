/// Changes of PostgreSQL's tables.
///
/// ```
/// create slot, export snapshot ──▶ COPY ranges of each table ──▶ hidden commits ──▶ one commit shows all rows
///                                                      │
/// START_REPLICATION at the stored position ──▶ pgoutput ──▶ batches by table ──▶ commit at a border
///                                                                     of transactions
///                                                      └── the slot is told only after it
/// ```
///
/// What is not committed is read again: of all rows what is left, in the state of then, or all
/// where rows are only appended; the log from the position in the catalog. The slot keeps the log
/// from there; that it does is looked at when a run begins.
///
/// A large table is read by several connections in one state, each a range of it at a time; their
/// rows come in the order of the ranges. All rows come in binary, the log as text; what is not
/// plain in binary is made the text that it would be, so that one value has one reading.
@NullMarked
package dev.tarn.pipeline.source.postgres;

import org.jspecify.annotations.NullMarked;
