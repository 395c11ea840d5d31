/// Parquet files without Hadoop at work: `rows -> ParquetAppender -> object` and `file ->
/// ParquetRows`.
///
/// Iceberg's own builders make a Hadoop `Configuration`, 50 MB of jars for an empty map. Its value
/// writers and readers, and parquet-java beneath them, do not; this package joins the two. Only
/// parquet-java's reader still names classes of Hadoop, which are loaded when a file is read.
@NullMarked
package dev.tarn.pipeline.parquet;

import org.jspecify.annotations.NullMarked;
