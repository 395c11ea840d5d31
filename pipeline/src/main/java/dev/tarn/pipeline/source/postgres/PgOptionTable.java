package dev.tarn.pipeline.source.postgres;

import dev.tarn.pipeline.job.Option;
import dev.tarn.pipeline.job.Option.Kind;
import dev.tarn.pipeline.job.OptionTable;
import dev.tarn.pipeline.source.SourceOptions;
import java.util.List;

/// The options of the plugin.
final class PgOptionTable {
    static final OptionTable OPTIONS =
            OptionTable.of(
                    "Postgres-CDC",
                    "Tables of PostgreSQL 10 or newer, first as they are and then as they change,"
                        + " in the order of its transactions; a commit never splits one. All rows"
                        + " of all tables are shown by one commit. Needs `wal_level = logical` and"
                        + " a user with REPLICATION. Make a publication and a slot by hand, or let"
                        + " the run make them: `tarn_` and the job's name. The server keeps its log"
                        + " until the rows are in the tables: drop the slot when the job is given"
                        + " up, with `SELECT pg_drop_replication_slot('...')`. Values that are too"
                        + " long for their row and did not change are logged only with `REPLICA"
                        + " IDENTITY FULL`; a run that misses one ends. Types as with Jdbc."
                        + " Generated columns are left out. A table that is truncated is emptied"
                        + " where it is upserted and nothing else feeds its table, unless"
                        + " FilterRowKind leaves out DELETE; elsewhere the run ends with the"
                        + " reason. PostgreSQL does not log that a partition is dropped, detached"
                        + " or truncated by itself. In mode BATCH a run ends where the log ended"
                        + " when it began.",
                    List.of(
                            Option.required(
                                            "base-url",
                                            Kind.TEXT,
                                            "`jdbc:postgresql://host:port/database`.")
                                    .formerly("url"),
                            Option.required(
                                    "table-names", Kind.LIST, "`database.schema.table` each."),
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
                                            + " update and delete, and with truncate, or nobody"
                                            + " hears of that."),
                            Option.withoutEffect(
                                    "schema-names", Kind.LIST, "The table names tell."),
                            Option.withoutEffect(
                                    "decoding.plugin.name", Kind.TEXT, "It is pgoutput."),
                            Option.withoutEffect(
                                    "snapshot.fetch.size", Kind.NUMBER, "Rows come by COPY."),
                            Option.honoured(
                                    "connection.pool.size",
                                    Kind.NUMBER,
                                    "4",
                                    "So many connections at most read a large table at first, each"
                                            + " ranges of its own, and no more than the machine has"
                                            + " processors. Two more ask and read the log."),
                            Option.withoutEffect(
                                    "require-replica-identity-full",
                                    Kind.TRUTH,
                                    "It is not required until a value is missing."),
                            Option.withoutEffect(
                                    "int_type_narrowing", Kind.TRUTH, "Types are PostgreSQL's.")),
                    SourceOptions.COMMON,
                    SourceOptions.CHANGES);

    private PgOptionTable() {}
}
