package dev.tarn.pipeline.source.jdbc;

import dev.tarn.pipeline.job.Option;
import dev.tarn.pipeline.job.Option.Kind;
import dev.tarn.pipeline.job.OptionTable;
import dev.tarn.pipeline.source.SourceOptions;
import java.util.List;

/// The options of the plugin.
final class JdbcTable {
    static final OptionTable OPTIONS =
            OptionTable.of(
                    "Jdbc",
                    "Tables or a query of PostgreSQL, MySQL or MariaDB, read to their end in one"
                        + " snapshot for each part; each run reads them anew. A column of MySQL and"
                        + " MariaDB becomes what it becomes with `MySQL-CDC`. Types of PostgreSQL:"
                        + " numeric(p, s) stays exact, without p it is decimal(38, 18) and a value"
                        + " that does not fit is rejected, as are `infinity` and NaN; timestamptz"
                        + " is a timestamp with zone; arrays of numbers, truths and text are lists;"
                        + " what has no type of its own in a table (uuid, json, inet, an enum, ...)"
                        + " is its text.",
                    List.of(
                            Option.required(
                                    "url",
                                    Kind.TEXT,
                                    "`jdbc:postgresql://host:port/database`, `jdbc:mysql://...` or"
                                            + " `jdbc:mariadb://...`."),
                            Option.honoured("user", Kind.TEXT, null, "Who reads.")
                                    .formerly("username"),
                            Option.honoured(
                                    "properties", Kind.MAP, null, "Of the driver, such as `ssl`."),
                            Option.honoured(
                                    "query",
                                    Kind.TEXT,
                                    null,
                                    "One statement, without a semicolon."),
                            Option.honoured(
                                    "table_path",
                                    Kind.TEXT,
                                    null,
                                    "`database.schema.table` or `schema.table`, with MySQL and"
                                            + " MariaDB `database.table`; a table whole. With"
                                            + " `query` only the name sinks fill in."),
                            Option.honoured(
                                    "table_list",
                                    Kind.LIST,
                                    null,
                                    "Several tables, `{ table_path, query }` each."),
                            Option.honoured(
                                    "where_condition",
                                    Kind.TEXT,
                                    null,
                                    "`where ...`, put behind each table that is read whole."),
                            Option.honoured(
                                    "partition_column",
                                    Kind.TEXT,
                                    null,
                                    "A column of whole numbers by which it is read in parts, each"
                                            + " committed by itself. Needs the two bounds, so that"
                                            + " the parts are the same when a run goes on."),
                            Option.honoured(
                                    "partition_lower_bound",
                                    Kind.NUMBER,
                                    null,
                                    "Rows below are not read."),
                            Option.honoured(
                                    "partition_upper_bound",
                                    Kind.NUMBER,
                                    null,
                                    "Rows above are not read."),
                            Option.honoured("partition_num", Kind.NUMBER, "10", "How many parts."),
                            Option.honoured(
                                    "fetch_size",
                                    Kind.NUMBER,
                                    "0",
                                    "Rows the driver holds at once; 0 for 4,096."),
                            Option.honoured(
                                    "connection_check_timeout_sec",
                                    Kind.NUMBER,
                                    "30",
                                    "Longest wait for a connection."),
                            Option.withoutEffect("driver", Kind.TEXT, "The address tells."),
                            Option.withoutEffect(
                                    "split.size", Kind.NUMBER, "Parts are made by partition_num."),
                            Option.withoutEffect(
                                    "use_select_count", Kind.TRUTH, "Rows are not counted before."),
                            Option.withoutEffect(
                                    "skip_analyze", Kind.TRUTH, "Nothing is analysed."),
                            Option.honoured(
                                    "int_type_narrowing",
                                    Kind.TRUTH,
                                    "true",
                                    "Whether `tinyint(1)` of MySQL and MariaDB is a truth."),
                            Option.withoutEffect(
                                    "decimal_type_narrowing",
                                    Kind.TRUTH,
                                    "Decimals stay decimals."),
                            Option.refused("use_regex", "tables are named one by one"),
                            Option.refused("compatible_mode", "the address tells"),
                            Option.refused("dialect", "the address tells")),
                    SourceOptions.COMMON);

    private JdbcTable() {}
}
