/// Tables and queries of a database, read to their end: `job -> JdbcSource -> a split for each part
/// -> JdbcReader`. A split is one query in one transaction of one snapshot; a commit waits for its
/// end, because a query cannot be gone on with in its middle.
@NullMarked
package dev.tarn.pipeline.source.jdbc;

import org.jspecify.annotations.NullMarked;
