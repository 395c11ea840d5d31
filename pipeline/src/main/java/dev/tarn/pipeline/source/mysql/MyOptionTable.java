package dev.tarn.pipeline.source.mysql;

import dev.tarn.pipeline.job.Option;
import dev.tarn.pipeline.job.Option.Kind;
import dev.tarn.pipeline.job.OptionTable;
import dev.tarn.pipeline.source.SourceOptions;
import java.util.List;

/// The options of the plugin.
final class MyOptionTable {
    static final OptionTable OPTIONS =
            OptionTable.of(
                    "MySQL-CDC",
                    "Tables of MySQL 5.6 or newer, or of MariaDB 10.3 or newer, first as they are"
                        + " and then as they change, in the order of the server's transactions; a"
                        + " commit never splits one. All rows of all tables are shown by one"
                        + " commit. Needs `log_bin`, `binlog_format = ROW`, `binlog_row_image ="
                        + " FULL`, on MySQL `gtid_mode = ON`, and a user with SELECT, REPLICATION"
                        + " SLAVE, REPLICATION CLIENT. Nothing is locked, but on MySQL before 5.7,"
                        + " or where rows are only appended: there the user needs RELOAD too, or"
                        + " LOCK TABLES, and all tables, or those that are read, are locked against"
                        + " writes for the moment in which the first state is taken. Where the"
                        + " server knows it set `binlog_row_metadata = FULL`: without it rows from"
                        + " before a change of their table are told apart only as far as one change"
                        + " goes back. `datetime` becomes timestamp, `timestamp` timestamptz,"
                        + " `bigint unsigned` decimal(20,0), a date that is none (`0000-00-00`)"
                        + " null, a time beyond a day is rejected; JSON is the text that the server"
                        + " makes of it, shapes are binary (well-known binary, without the number"
                        + " of their reference system), so are vectors (four bytes a number, the"
                        + " lowest first). A table that is truncated, or dropped and made again, is"
                        + " emptied where it is upserted and nothing else feeds its table, unless"
                        + " FilterRowKind leaves out DELETE; elsewhere the run ends with the"
                        + " reason, and so it does where partitions are truncated, dropped or"
                        + " exchanged. A table that is renamed to the name of one that is read is"
                        + " taken for that with the same rows, as tools make one that change"
                        + " columns online. XA transactions are read when they are decided; on"
                        + " MariaDB nothing is committed between the preparation of one and that."
                        + " The server's log must be kept until it is read; a run that misses some"
                        + " ends and says so. In mode BATCH a run ends where the log ended when it"
                        + " began.",
                    List.of(
                            Option.required(
                                            "base-url",
                                            Kind.TEXT,
                                            "`jdbc:mysql://host:port/database` or `jdbc:mariadb:`;"
                                                    + " with `sslMode=trust`, `verify-ca` or"
                                                    + " `verify-full` for TLS.")
                                    .formerly("url"),
                            Option.required("table-names", Kind.LIST, "`database.table` each."),
                            Option.honoured(
                                    "server-id",
                                    Kind.TEXT,
                                    null,
                                    "Under which the log is read, of a range the first; no other"
                                            + " reader may have it. Any, if not given."),
                            Option.honoured(
                                    "int_type_narrowing",
                                    Kind.TRUTH,
                                    "true",
                                    "Whether `tinyint(1)` is a boolean; 2 is rejected then."),
                            Option.withoutEffect(
                                    "snapshot.fetch.size", Kind.NUMBER, "The runner decides."),
                            Option.withoutEffect(
                                    "chunk-key.even-distribution.factor.upper-bound",
                                    Kind.NUMBER,
                                    "Tables are read in their order."),
                            Option.withoutEffect(
                                    "chunk-key.even-distribution.factor.lower-bound",
                                    Kind.NUMBER,
                                    "Tables are read in their order."),
                            Option.withoutEffect(
                                    "sample-sharding.threshold",
                                    Kind.NUMBER,
                                    "Tables are read in their order."),
                            Option.withoutEffect(
                                    "inverse-sampling.rate",
                                    Kind.NUMBER,
                                    "Tables are read in their order."),
                            Option.withoutEffect(
                                    "connection.pool.size",
                                    Kind.NUMBER,
                                    "Three connections are used."),
                            Option.refused("database-pattern", "tables are named one by one"),
                            Option.refused(
                                    "startup.specific-offset.file",
                                    "a run begins with all rows or now"),
                            Option.refused(
                                    "startup.specific-offset.pos",
                                    "a run begins with all rows or now"),
                            Option.refused(
                                    "startup.timestamp", "a run begins with all rows or now")),
                    SourceOptions.COMMON,
                    SourceOptions.CHANGES);

    private MyOptionTable() {}
}
