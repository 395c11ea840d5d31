package dev.tarn.pipeline.source.postgres;

import dev.tarn.pipeline.job.Option;
import dev.tarn.pipeline.job.Option.Kind;
import dev.tarn.pipeline.job.OptionTable;
import java.util.List;

/// The options of the plugin.
final class PgOptionTable {
    static final OptionTable OPTIONS =
            new OptionTable(
                    "Postgres-CDC",
                    "Tables of PostgreSQL 10 or newer, first as they are and then as they change,"
                        + " in the order of its transactions; a commit never splits one. The first"
                        + " commit has all rows of all tables, so a run that is killed before it"
                        + " begins anew. Needs `wal_level = logical` and a user with REPLICATION."
                        + " Make a publication and a slot by hand, or let the run make them:"
                        + " `tarn_` and the job's name. The server keeps its log until the rows are"
                        + " in the tables: drop the slot when the job is given up, with `SELECT"
                        + " pg_drop_replication_slot('...')`. Values that are too long for their"
                        + " row and did not change are logged only with `REPLICA IDENTITY FULL`; a"
                        + " run that misses one ends. Types as with Jdbc. Generated columns are"
                        + " left out. In mode BATCH a run ends where the log ended when it began.",
                    List.of(
                            Option.required(
                                            "base-url",
                                            Kind.TEXT,
                                            "`jdbc:postgresql://host:port/database`.")
                                    .formerly("url"),
                            Option.required("username", Kind.TEXT, "Who reads."),
                            Option.honoured("password", Kind.TEXT, null, "Their password."),
                            Option.required(
                                    "table-names", Kind.LIST, "`database.schema.table` each."),
                            Option.honoured(
                                    "table-names-config",
                                    Kind.LIST,
                                    null,
                                    "`{ table, primaryKeys }`: another key than the table's own."),
                            Option.honoured(
                                    "startup.mode",
                                    Kind.TEXT,
                                    "initial",
                                    "`initial`: all rows, then changes. `latest`: changes from now"
                                            + " on."),
                            Option.honoured(
                                    "slot.name",
                                    Kind.TEXT,
                                    null,
                                    "Made by the first run; one that is there already is refused"
                                            + " then, since nobody knows whose it is."),
                            Option.honoured(
                                    "tarn.publication",
                                    Kind.TEXT,
                                    null,
                                    "One that is there; it must have the tables, with insert,"
                                            + " update and delete."),
                            Option.honoured(
                                    "connect.timeout.ms",
                                    Kind.NUMBER,
                                    "30000",
                                    "Longest wait for a connection."),
                            Option.honoured(
                                            "plugin_output",
                                            Kind.TEXT,
                                            null,
                                            "The name sinks take it by.")
                                    .formerly("result_table_name"),
                            Option.honoured(
                                    "tarn.dead_letter_table",
                                    Kind.TEXT,
                                    null,
                                    "`namespace.table` that keeps rows which do not fit, in the"
                                            + " same commit."),
                            Option.honoured(
                                    "tarn.rejected_rows_max",
                                    Kind.NUMBER,
                                    "1000",
                                    "More rejected rows than this end the run."),
                            Option.withoutEffect(
                                    "database-names", Kind.LIST, "The table names tell."),
                            Option.withoutEffect(
                                    "schema-names", Kind.LIST, "The table names tell."),
                            Option.withoutEffect(
                                    "decoding.plugin.name", Kind.TEXT, "It is pgoutput."),
                            Option.withoutEffect(
                                    "exactly_once", Kind.TRUTH, "It is, without a buffer."),
                            Option.withoutEffect("parallelism", Kind.NUMBER, "The runner decides."),
                            Option.withoutEffect(
                                    "incremental.parallelism", Kind.NUMBER, "The runner decides."),
                            Option.withoutEffect(
                                    "snapshot.split.size", Kind.NUMBER, "Tables are read whole."),
                            Option.withoutEffect(
                                    "snapshot.fetch.size", Kind.NUMBER, "Rows come by COPY."),
                            Option.withoutEffect(
                                    "server-time-zone", Kind.TEXT, "Instants come in UTC."),
                            Option.withoutEffect(
                                    "connection.pool.size",
                                    Kind.NUMBER,
                                    "Two connections are used."),
                            Option.withoutEffect(
                                    "connect.max-retries", Kind.NUMBER, "Run the job again."),
                            Option.withoutEffect(
                                    "require-replica-identity-full",
                                    Kind.TRUTH,
                                    "It is not required until a value is missing."),
                            Option.withoutEffect(
                                    "schema-changes.enabled",
                                    Kind.TRUTH,
                                    "The sink decides, by iceberg.table.schema-evolution-enabled."),
                            Option.withoutEffect(
                                    "int_type_narrowing", Kind.TRUTH, "Types are PostgreSQL's."),
                            Option.refused("table-pattern", "tables are named one by one"),
                            Option.refused("stop.mode", "use mode BATCH to end at the log's end"),
                            Option.refused("debezium", "Debezium is not used"),
                            Option.refused("format", "rows are rows")));

    private PgOptionTable() {}
}
