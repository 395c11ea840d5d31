/// Rows on their way: `text or JSON -> Decoder -> Batch -> sink`, column by column.
///
/// A [dev.tarn.pipeline.row.Batch] is a [dev.tarn.pipeline.row.Vector] of primitives for each
/// column; whoever is in no hurry sets and gets values as in Iceberg's generic data
/// (`LocalDateTime`, `ByteBuffer`, ...). What does not fit becomes a [dev.tarn.pipeline.row.Misfit]
/// with its reason, never a null by accident.
@NullMarked
package dev.tarn.pipeline.row;

import org.jspecify.annotations.NullMarked;
