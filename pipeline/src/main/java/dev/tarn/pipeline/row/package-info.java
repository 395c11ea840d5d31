/// Rows on their way: `text or JSON -> Decoder -> Batch -> sink`, column by column.
///
/// Values are those of Iceberg's generic readers and writers (`Integer`, `LocalDateTime`,
/// `ByteBuffer`, ...). What does not fit becomes a [dev.tarn.pipeline.row.Misfit] with its reason,
/// never a null by accident.
@NullMarked
package dev.tarn.pipeline.row;

import org.jspecify.annotations.NullMarked;
