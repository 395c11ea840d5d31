package dev.tarn.pipeline.sink;

import dev.tarn.pipeline.job.Option;
import dev.tarn.pipeline.job.Option.Kind;
import dev.tarn.pipeline.job.OptionTable;
import java.util.List;

/// The options of the plugin `Iceberg`.
final class IcebergOptions {
    static final OptionTable TABLE =
            new OptionTable(
                    "Iceberg",
                    "A table of this server. Rows and position are one commit: exactly once.",
                    List.of(
                            Option.honoured(
                                            "plugin_input",
                                            Kind.ANY,
                                            null,
                                            "The source it takes, or a list of them. Default: the"
                                                    + " only one.")
                                    .formerly("source_table_name"),
                            Option.honoured(
                                    "namespace",
                                    Kind.TEXT,
                                    "default",
                                    "Nested ones with dots. Placeholders: `${database_name}`,"
                                            + " `${schema_name}`, `${table_name}`, each with a"
                                            + " default as `${table_name:t}`. Created where"
                                            + " missing."),
                            Option.honoured(
                                    "table",
                                    Kind.TEXT,
                                    "${table_name}",
                                    "Placeholders as in `namespace`; they come from `schema.table`"
                                            + " of the source, else from its `plugin_output`."),
                            Option.honoured(
                                    "iceberg.catalog.config",
                                    Kind.MAP,
                                    null,
                                    "Nothing, or `type = rest` with the `uri` of this server: its"
                                            + " own catalog, all tables and the position in one"
                                            + " commit; `warehouse` picks a warehouse. With the"
                                            + " `uri` of another server: any catalog that speaks"
                                            + " Iceberg's REST protocol, with the properties its"
                                            + " clients take (`warehouse`, `credential`, `token`,"
                                            + " `oauth2-server-uri`, `scope`, `header.*`, and"
                                            + " `s3.*` where it gives no credentials); each table"
                                            + " gets its rows exactly once, one table after the"
                                            + " other. `io-impl` has no effect. Other types are"
                                            + " refused."),
                            Option.honoured(
                                    "iceberg.table.primary-keys",
                                    Kind.ANY,
                                    null,
                                    "Identifier fields of a table that is created; no nulls there."
                                            + " Default: `schema.primaryKey` of the source."),
                            Option.honoured(
                                    "iceberg.table.partition-keys",
                                    Kind.ANY,
                                    null,
                                    "Of a table that is created: `c`, `year(c)`, `month(c)`,"
                                            + " `day(c)`, `hour(c)`, `bucket(c, 16)`,"
                                            + " `truncate(c, 4)`."),
                            Option.honoured(
                                    "iceberg.table.auto-create-props",
                                    Kind.MAP,
                                    null,
                                    "Properties of a table that is created."),
                            Option.honoured(
                                    "iceberg.table.write-props",
                                    Kind.MAP,
                                    null,
                                    "`write.target-file-size-bytes` (default 128 MiB),"
                                            + " `write.parquet.compression-codec` (default zstd),"
                                            + " `write.parquet.compression-level`,"
                                            + " `write.parquet.row-group-size-bytes`,"
                                            + " `tarn.merge.min-input-files` (default 16: so many"
                                            + " small files become one, 0 for never), for this job;"
                                            + " the only format is parquet."),
                            Option.honoured(
                                    "schema_save_mode",
                                    Kind.TEXT,
                                    "CREATE_SCHEMA_WHEN_NOT_EXIST",
                                    "or `RECREATE_SCHEMA`, `ERROR_WHEN_SCHEMA_NOT_EXIST`,"
                                            + " `IGNORE`. A run that goes on where another stopped"
                                            + " recreates nothing."),
                            Option.honoured(
                                    "data_save_mode",
                                    Kind.TEXT,
                                    "APPEND_DATA",
                                    "or `DROP_DATA` (rows and the memory of loaded files go, in"
                                            + " one commit), `ERROR_WHEN_DATA_EXISTS`."),
                            Option.honoured(
                                    "iceberg.table.upsert-mode-enabled",
                                    Kind.TRUTH,
                                    "false",
                                    "Whether a row takes the place of the one with the same key,"
                                        + " and deletes are followed. The key:"
                                        + " `iceberg.table.primary-keys`, else the identifier"
                                        + " fields of a table that is there. Without it a row that"
                                        + " is no insert ends the run. Tables of format version 3"
                                        + " get deletion vectors, which Trino 476 cannot read;"
                                        + " those of version 2 position deletes."),
                            Option.honoured(
                                    "iceberg.table.schema-evolution-enabled",
                                    Kind.TRUTH,
                                    "false",
                                    "Whether the table follows the source's columns: it gets new"
                                        + " ones, renames those that PostgreSQL or MySQL rename,"
                                        + " its types widen (int to long, float to double, digits"
                                        + " of a decimal), what the source may leave out may be"
                                        + " null; a column that goes from the source stays. When a"
                                        + " table changes in a run that follows it, the run goes on"
                                        + " with it by itself. Without, a column that the table"
                                        + " lacks ends the run."),
                            Option.honoured(
                                    "iceberg.table.commit-branch",
                                    Kind.TEXT,
                                    "main",
                                    "The branch rows go to. Where it is missing it is made from"
                                            + " what main is at the first commit. Exactly once"
                                            + " holds for each branch alone."),
                            Option.withoutEffect(
                                    "catalog_name", Kind.TEXT, "A name of the client's own."),
                            Option.withoutEffect(
                                    "case_sensitive",
                                    Kind.TRUTH,
                                    "Columns are matched by their exact names."),
                            Option.withoutEffect(
                                    "hadoop.config", Kind.MAP, "There is no Hadoop here."),
                            Option.withoutEffect(
                                    "multi_table_sink_replica", Kind.NUMBER, "There is one."),
                            Option.withoutEffect("parallelism", Kind.NUMBER, "The runner decides."),
                            Option.refused("custom_sql", "there is no CUSTOM_PROCESSING"),
                            Option.refused("iceberg.hadoop-conf-path", "there is no Hadoop here"),
                            Option.refused("krb5_path", "there is no Kerberos here"),
                            Option.refused("kerberos_principal", "there is no Kerberos here"),
                            Option.refused("kerberos_keytab_path", "there is no Kerberos here")));

    private IcebergOptions() {}
}
