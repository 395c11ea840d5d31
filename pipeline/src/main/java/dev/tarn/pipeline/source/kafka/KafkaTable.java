package dev.tarn.pipeline.source.kafka;

import dev.tarn.pipeline.job.Option;
import dev.tarn.pipeline.job.Option.Kind;
import dev.tarn.pipeline.job.OptionTable;
import java.util.List;

/// The options of the plugin.
final class KafkaTable {
    static final OptionTable OPTIONS =
            new OptionTable(
                    "Kafka",
                    "Messages of topics. `BATCH` ends at what is the end at the start; `STREAMING`"
                        + " goes on until it is cancelled. Offsets are stored with the rows, so"
                        + " each message is in the table once; a later run goes on behind the last"
                        + " message, and `--again` begins anew. Only committed messages are read.",
                    List.of(
                            Option.required(
                                    "bootstrap.servers", Kind.TEXT, "`host:port`, with commas."),
                            Option.required(
                                    "topic",
                                    Kind.TEXT,
                                    "One topic, several with commas, or a regular expression if"
                                            + " `pattern` is true."),
                            Option.honoured(
                                    "pattern",
                                    Kind.TRUTH,
                                    "false",
                                    "`topic` is a regular expression for whole names."),
                            Option.honoured(
                                    "schema",
                                    Kind.MAP,
                                    null,
                                    "The columns. Without it there is one, `content`, with the text"
                                            + " of the message, and `format` does not matter."),
                            Option.honoured(
                                    "format",
                                    Kind.TEXT,
                                    "json",
                                    "`json` (an object a message), `text` (fields between"
                                            + " delimiters, without quotes; an empty one is null),"
                                            + " `avro` or `protobuf` (a record a message),"
                                            + " `debezium_json` or `canal_json` (change events;"
                                            + " decimals as text)."
                                            + " Others are refused."),
                            Option.honoured(
                                    "field_delimiter",
                                    Kind.TEXT,
                                    ",",
                                    "Between the fields of `text`."),
                            Option.honoured(
                                    "format_error_handle_way",
                                    Kind.TEXT,
                                    "fail",
                                    "What becomes of a message that does not fit where there is no"
                                            + " `tarn.dead_letter_table`: `fail` ends the run,"
                                            + " `skip` leaves it out and counts it."),
                            Option.honoured(
                                    "start_mode",
                                    Kind.TEXT,
                                    "group_offsets",
                                    "Where to begin a topic that was never read: `earliest`,"
                                        + " `latest`, `group_offsets`, `specific_offsets` or"
                                        + " `timestamp`. Where the group has no offset,"
                                        + " `auto.offset.reset` of `kafka.config` decides, else"
                                        + " `latest`. A partition that is added to a topic, and a"
                                        + " topic that a pattern finds later, begin at their"
                                        + " start."),
                            Option.honoured(
                                    "start_mode.offsets",
                                    Kind.MAP,
                                    null,
                                    "For `specific_offsets`: `topic-partition = offset`, for every"
                                            + " partition."),
                            Option.honoured(
                                    "start_mode.timestamp",
                                    Kind.NUMBER,
                                    null,
                                    "For `timestamp`: the first message of this time or later, in"
                                            + " milliseconds since 1970."),
                            Option.honoured(
                                    "start_mode.end_timestamp",
                                    Kind.NUMBER,
                                    null,
                                    "In `BATCH`: end before the first message of this time or"
                                            + " later."),
                            Option.honoured(
                                    "partition-discovery.interval-millis",
                                    Kind.NUMBER,
                                    "30000",
                                    "In `STREAMING`: how often to look for new partitions and"
                                        + " topics; below 1 never. SeaTunnel's default is never."),
                            Option.honoured(
                                    "consumer.group",
                                    Kind.TEXT,
                                    "SeaTunnel-Consumer-Group",
                                    "Whose offsets are read by `group_offsets` and written by"
                                            + " `commit_on_checkpoint`. It shares nothing out."),
                            Option.honoured(
                                    "commit_on_checkpoint",
                                    Kind.TRUTH,
                                    "true",
                                    "Tell Kafka the group's offsets after each commit, for those"
                                            + " who watch its lag. They are not where a run goes"
                                            + " on."),
                            Option.honoured(
                                    "poll.timeout",
                                    Kind.NUMBER,
                                    "10000",
                                    "Longest wait for messages in milliseconds; more than 200 is"
                                            + " taken as 200, so that commits come in time."),
                            Option.honoured(
                                    "kafka.config",
                                    Kind.MAP,
                                    null,
                                    "Properties of the client: `security.protocol`, `sasl.*`,"
                                            + " `ssl.*`, `max.partition.fetch.bytes` and so on."),
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
                                    "`namespace.table` that keeps messages which do not fit, in the"
                                        + " same commit: `file` is `topic-partition`, `line` the"
                                        + " offset."),
                            Option.honoured(
                                    "tarn.rejected_rows_max",
                                    Kind.NUMBER,
                                    "1000",
                                    "More rejected messages than this end the run."),
                            Option.honoured(
                                    "avro_schema",
                                    Kind.TEXT,
                                    null,
                                    "For `avro`: the schema all records were written with."),
                            Option.honoured(
                                    "protobuf_schema",
                                    Kind.TEXT,
                                    null,
                                    "For `protobuf`: the text of the schema all messages were"
                                            + " written with (`proto2` or `proto3`). It may import"
                                            + " what is in `google/protobuf/`."),
                            Option.honoured(
                                    "protobuf_message_name",
                                    Kind.TEXT,
                                    null,
                                    "Their type in `protobuf_schema`, with or without its"
                                            + " package."),
                            Option.honoured(
                                    "strip_schema_registry_header",
                                    Kind.TRUTH,
                                    "false",
                                    "With `avro_schema` or `protobuf_schema`: what the clients of a"
                                            + " schema registry write stands before each record."),
                            Option.honoured(
                                    "tarn.schema_registry.url",
                                    Kind.TEXT,
                                    null,
                                    "For `avro` and `protobuf`: where to ask for the schema whose"
                                        + " id stands before each record (a zero and four bytes). A"
                                        + " registry that does not answer ends the run; a schema it"
                                        + " does not have makes a message that does not fit."),
                            Option.honoured(
                                    "tarn.schema_registry.username",
                                    Kind.TEXT,
                                    null,
                                    "Who asks the registry."),
                            Option.honoured(
                                    "tarn.schema_registry.password",
                                    Kind.TEXT,
                                    null,
                                    "Their password."),
                            Option.honoured(
                                    "tarn.message_columns",
                                    Kind.MAP,
                                    null,
                                    "Columns behind those of the value: `part = name`, where part"
                                        + " is `topic`, `partition`, `offset`, `timestamp`, `key`"
                                        + " (text), `key_bytes` or `headers` (a map of texts; bytes"
                                        + " that are no text as `base64:...`, of several of a name"
                                        + " the last)."),
                            Option.honoured(
                                    "tarn.tombstones",
                                    Kind.TEXT,
                                    "skip",
                                    "A message without a value: `skip` leaves it out and counts it,"
                                        + " `delete` deletes the row of its key, for a sink that"
                                        + " takes changes. Needs `schema.primaryKey`."),
                            Option.honoured(
                                    "tarn.key_format",
                                    Kind.TEXT,
                                    "json",
                                    "For `tarn.tombstones = delete`: the key is `json` (an object"
                                            + " with the columns), `text` (the value of the only"
                                            + " column), `avro` or `protobuf`."),
                            Option.withoutEffect("parallelism", Kind.NUMBER, "The runner decides."),
                            Option.withoutEffect(
                                    "debezium_record_include_schema",
                                    Kind.TRUTH,
                                    "With and without the schema, both are read."),
                            Option.honoured(
                                    "tarn.epoch_unit",
                                    Kind.TEXT,
                                    "none",
                                    "What numbers for timestamps count in `debezium_json`:"
                                            + " `millis`, `micros` or `nanos`. With `none` such a"
                                            + " message does not fit. Numbers for dates are"
                                            + " days."),
                            Option.withoutEffect(
                                    "reader_cache_queue_size",
                                    Kind.NUMBER,
                                    "What the client has fetched is bounded by `fetch.max.bytes`,"
                                            + " 16 MiB."),
                            Option.honoured(
                                            "tables_configs",
                                            Kind.LIST,
                                            null,
                                            "Several tables, a block of options for each; an option"
                                                    + " that stands beside it is meant for all.")
                                    .formerly("table_list"),
                            Option.refused(
                                    "debezium_record_table_filter",
                                    "one table per source, which is its topic"),
                            Option.refused("is_native", "name columns in tarn.message_columns"),
                            Option.refused(
                                    "kafka_headers_fields",
                                    "name a column for all headers in tarn.message_columns"),
                            Option.refused(
                                    "ignore_no_leader_partition",
                                    "a partition is never left out")));

    private KafkaTable() {}
}
