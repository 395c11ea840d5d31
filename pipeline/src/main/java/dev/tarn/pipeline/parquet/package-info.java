/// Parquet files without Hadoop: `rows -> ParquetAppender -> object` and `file -> ParquetRows`.
///
/// Iceberg's own builders ask for Hadoop's `Configuration`, 50 MB of jars for an empty map. Its
/// value writers and readers, and parquet-java beneath them, do not; this package joins the two.
@NullMarked
package dev.tarn.pipeline.parquet;

import org.jspecify.annotations.NullMarked;
