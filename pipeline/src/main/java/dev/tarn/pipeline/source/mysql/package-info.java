/// Changes of tables of MySQL and MariaDB.
///
/// ```
/// one state of all tables, and the transactions it has ──▶ SELECT each table ──▶ hidden commits ──▶ one commit shows all rows
///                                                                             │
/// binary log behind the stored transactions ──▶ rows ──▶ batches by table ──▶ commit at a border of transactions
/// ```
///
/// What is not committed is read again: of all rows those behind the last key, in the state of
/// then, or all where rows are only appended; the log from the set of transactions (GTIDs) in the
/// catalog. That the server still has them is looked at when a run begins. A transaction that is
/// prepared and not decided is not in that set, so that it comes again.
///
/// The log's rows have no names unless the server says `binlog_row_metadata = FULL`. So each mark
/// also says which columns the tables had at that place, and a statement that changes a table is
/// the moment from which they are others.
///
/// The client of the log has a thread of its own, which waits once the queue between is full.
@NullMarked
package dev.tarn.pipeline.source.mysql;

import org.jspecify.annotations.NullMarked;
