/// Parquet files without Hadoop at work: `Batch -> ParquetAppender -> object` and `object ->
/// ParquetBatches -> Batch`.
///
///     Batch ─▶ FlatChunk    null bits, PageValues ─▶ words or plain ─▶ compressed page ─┐
///           └▶ NestedChunk  Iceberg's writer, parquet-java's columns ───────────────────┴▶ file
///
///     file ─▶ FlatReader    parquet-java's values ─▶ arrays of primitives ───────────────┐
///          └▶ NestedReader  Iceberg's reader ────────────────────────────────────────────┴▶ Batch
///
/// Columns without nesting are encoded here, a page at a time from arrays of primitives, with no
/// object for a value; lists, maps and structs go through Iceberg and parquet-java. Everything
/// around the pages (headers, statistics, indexes, footer) is parquet-java's file writer. Iceberg's
/// builders are not used: they make a Hadoop `Configuration`, 50 MB of jars for an empty map. Only
/// parquet-java's reader still names classes of Hadoop, which are loaded when a file is read.
@NullMarked
package dev.tarn.pipeline.parquet;

import org.jspecify.annotations.NullMarked;
