/// `Kafka`: `topics -> partitions -> one consumer -> messages in turn -> Messages (Rows by format,
/// then columns of the message) -> batches with marks`.
///
/// Partitions are assigned, never shared out by a group. Where to read comes from the commit that
/// stored the rows; the job's `start_mode` only says where to begin what was never read. The
/// consumer reads committed messages alone, and its positions count the control records between
/// them. A position that Kafka no longer has, or a topic that was made anew, ends the run; so does
/// a schema registry that does not answer, because that is no fault of a message.
@NullMarked
package dev.tarn.pipeline.source.kafka;

import org.jspecify.annotations.NullMarked;
