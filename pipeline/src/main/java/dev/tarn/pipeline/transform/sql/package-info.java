/// `SELECT ... FROM t WHERE ...` over one table, without joins, groups, order or sub-queries: the
/// subset that SeaTunnel documents for its transform `Sql`.
///
/// A query is compiled against the columns of its table, where each expression gets its type and
/// each mistake is told; then it is evaluated row by row. Null is not true, and whatever is done
/// with null is null, as in SQL.
@NullMarked
package dev.tarn.pipeline.transform.sql;

import org.jspecify.annotations.NullMarked;
