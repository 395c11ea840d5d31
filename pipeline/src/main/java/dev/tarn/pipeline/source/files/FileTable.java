package dev.tarn.pipeline.source.files;

import dev.tarn.pipeline.job.Option;
import dev.tarn.pipeline.job.Option.Kind;
import dev.tarn.pipeline.job.OptionTable;
import java.util.ArrayList;
import java.util.List;

/// The options of the plugins `LocalFile` and `S3File`.
final class FileTable {
    private static final List<Option> COMMON =
            List.of(
                    Option.required(
                                    "file_format_type",
                                    Kind.TEXT,
                                    "`csv`, `json` (one object a line, or one array),"
                                            + " `parquet`, `avro` or `text`.")
                            .formerly("file_format"),
                    Option.honoured(
                            "schema",
                            Kind.MAP,
                            null,
                            "The columns. Without it they are found in the first file: see"
                                    + " above."),
                    Option.honoured(
                            "read_columns", Kind.LIST, null, "Only these columns, in this order."),
                    Option.honoured(
                                    "field_delimiter",
                                    Kind.TEXT,
                                    null,
                                    "Between fields: `,` in `csv`, `\\u0001` in `text`"
                                            + " where nothing is said.")
                            .formerly("delimiter"),
                    Option.honoured(
                            "skip_header_row_number",
                            Kind.NUMBER,
                            "0",
                            "Lines before the first row; where the header is used, it is"
                                    + " the last of them."),
                    Option.honoured(
                            "csv_use_header_line",
                            Kind.TRUTH,
                            null,
                            "Columns are found by the names in the header. Without a"
                                    + " schema: true, with one: false."),
                    Option.honoured(
                            "quote_char",
                            Kind.TEXT,
                            "\"",
                            "Around a field of `csv`; doubled within one."),
                    Option.honoured(
                            "escape_char",
                            Kind.TEXT,
                            null,
                            "Before a character of a quoted field that is meant as it" + " is."),
                    Option.honoured(
                            "null_format",
                            Kind.TEXT,
                            null,
                            "Text that means null. An empty field without quotes always"
                                    + " does."),
                    Option.honoured("date_format", Kind.TEXT, null, "Default: `yyyy-MM-dd`."),
                    Option.honoured(
                            "datetime_format",
                            Kind.TEXT,
                            null,
                            "Default: `yyyy-MM-dd HH:mm:ss`, or ISO 8601; a zone is turned"
                                    + " into UTC."),
                    Option.honoured("time_format", Kind.TEXT, null, "Default: `HH:mm:ss`."),
                    Option.honoured(
                            "file_filter_pattern",
                            Kind.TEXT,
                            null,
                            "A regular expression; only files whose name, or whose whole"
                                    + " path, matches it."),
                    Option.honoured(
                            "filename_extension",
                            Kind.TEXT,
                            null,
                            "Only files whose name ends so."),
                    Option.honoured("encoding", Kind.TEXT, "UTF-8", "Of text files."),
                    Option.honoured(
                            "compress_codec",
                            Kind.TEXT,
                            null,
                            "Of `csv`, `json` and `text`: `none`, `gzip` or `zstd`. Default:"
                                    + " gzip where the name ends in `.gz`, zstd where it"
                                    + " ends in `.zst`."),
                    Option.honoured(
                            "tables_configs",
                            Kind.LIST,
                            null,
                            "Several tables, a block of options for each; an option that stands"
                                    + " beside it is meant for all."),
                    Option.honoured("plugin_output", Kind.TEXT, null, "The name sinks take it by.")
                            .formerly("result_table_name"),
                    Option.honoured(
                            "tarn.dead_letter_table",
                            Kind.TEXT,
                            null,
                            "`namespace.table` that keeps rows which do not fit, in the"
                                    + " same commit. Without it the first such row ends the"
                                    + " run."),
                    Option.honoured(
                            "tarn.rejected_rows_max",
                            Kind.NUMBER,
                            "1000",
                            "More rejected rows than this end the run."),
                    Option.honoured(
                            "parse_partition_from_path",
                            Kind.TRUTH,
                            "true",
                            "Whether a folder named `column=value`, anywhere in a file's path, is a"
                                + " column of text behind those of the file. All files have the"
                                + " same ones. `%20` is a blank, and `__HIVE_DEFAULT_PARTITION__`"
                                + " is null, as Hive writes them."),
                    Option.withoutEffect("parallelism", Kind.NUMBER, "The runner decides."),
                    Option.withoutEffect(
                            "recursive_file_scan",
                            Kind.TRUTH,
                            "A folder is always read with all below it."),
                    Option.refused("row_delimiter", "rows end with the line"),
                    Option.refused("file_filter_modified_start", "use file_filter_pattern"),
                    Option.refused("file_filter_modified_end", "use file_filter_pattern"),
                    Option.refused("archive_compress_codec", "unpack the archive first"),
                    Option.refused("sheet_name", "excel is not read"),
                    Option.refused("excel_engine", "excel is not read"),
                    Option.refused("xml_row_tag", "xml is not read"),
                    Option.refused("xml_use_attr_format", "xml is not read"),
                    Option.refused("binary_chunk_size", "binary is not read"),
                    Option.refused("binary_complete_file_mode", "binary is not read"),
                    Option.refused("enable_file_split", "a file is read from its start"),
                    Option.refused("discovery_mode", "files are listed once, at the start"),
                    Option.refused("scan_interval", "files are listed once, at the start"),
                    Option.refused(
                            "sort_files_by_modification_time",
                            "files are read in the order of their names"));

    private static final String AGAIN =
            "A file that was loaded is left out of the next run, unless its content changed or the"
                    + " run is told to load it again.";

    static final OptionTable LOCAL =
            table(
                    "LocalFile",
                    "Files of this machine. " + AGAIN,
                    Option.required(
                            "path",
                            Kind.TEXT,
                            "A file, a folder (with all below it, without names that start with `.`"
                                + " or `_`), or a glob such as `data/2001-*.csv` or"
                                + " `data/**/*.parquet`. A relative path starts where the command"
                                + " was given."));

    static final OptionTable S3 =
            table(
                    "S3File",
                    "Objects of an S3. " + AGAIN + " Its entity tag and size tell its content.",
                    Option.required("bucket", Kind.TEXT, "`s3a://bucket`, or the name alone."),
                    Option.required(
                            "path",
                            Kind.TEXT,
                            "A file, a folder (with all below it, without names that start with `.`"
                                    + " or `_`), or a glob such as `data/2001-*.csv` or"
                                    + " `data/**/*.parquet`. Begins at the bucket."),
                    Option.honoured(
                            "fs.s3a.endpoint",
                            Kind.TEXT,
                            null,
                            "Address of the S3; without it Amazon's. Without `http://` it is"
                                    + " `https://`."),
                    Option.required("access_key", Kind.TEXT, "Who reads."),
                    Option.required("secret_key", Kind.TEXT, "Their secret."),
                    Option.honoured(
                            "fs.s3a.aws.credentials.provider",
                            Kind.TEXT,
                            null,
                            "`org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider` and no other:"
                                    + " keys stand in the job."),
                    Option.honoured(
                            "hadoop_s3_properties",
                            Kind.MAP,
                            null,
                            "`fs.s3a.path.style.access` (default: true unless the endpoint is"
                                    + " Amazon's), `fs.s3a.endpoint.region` (default: that of an"
                                    + " endpoint of Amazon's, else `us-east-1`) and"
                                    + " `fs.s3a.connection.ssl.enabled`. Others are refused."));

    private static OptionTable table(String plugin, String text, Option... own) {
        List<Option> options = new ArrayList<>(List.of(own));
        options.addAll(COMMON);
        return new OptionTable(plugin, text, options);
    }

    private FileTable() {}
}
