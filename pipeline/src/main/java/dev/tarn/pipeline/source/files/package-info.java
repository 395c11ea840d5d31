/// `LocalFile` and `S3File`: `path or glob -> Place -> files in name order -> CsvReader |
/// JsonReader | ParquetReader | AvroReader`.
///
/// A [dev.tarn.pipeline.source.files.Place] lists files and opens them at any byte; the readers do
/// not know where a file lies. Without a schema block the columns come from the first file: a
/// Parquet footer, the schema of Avro, or the first rows of CSV and JSON (see
/// [dev.tarn.pipeline.row.Inference]). A file that changes while it is read ends the run.
@NullMarked
package dev.tarn.pipeline.source.files;

import org.jspecify.annotations.NullMarked;
