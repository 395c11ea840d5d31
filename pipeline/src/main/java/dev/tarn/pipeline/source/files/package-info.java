/// `LocalFile`: `path or glob -> files in name order -> CsvReader | JsonReader | ParquetReader`.
///
/// Without a schema block the columns come from the first file: a Parquet footer, or the first rows
/// of CSV and JSON (see [dev.tarn.pipeline.row.Inference]). A file that changes while it is read
/// ends the run.
@NullMarked
package dev.tarn.pipeline.source.files;

import org.jspecify.annotations.NullMarked;
