/// Functions: SQL under a name, for engines that share it, see the UDF specification of Iceberg.
///
/// The catalog keeps what it is told and adds what the specification wants to be derived: the ids
/// of definitions from their parameters, versions, the log. It reads no SQL.
@NullMarked
package dev.tarn.catalog.function;

import org.jspecify.annotations.NullMarked;
