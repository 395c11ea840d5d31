package dev.tarn.pipeline.source.files;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.row.Formats;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How the files of a source are read.
///
/// @param header whether the first line of a CSV file names its columns
/// @param codec null if the name of each file tells
/// @param skipLines lines before the first row, the header among them
record FileOptions(
        Format format,
        String delimiter,
        char quote,
        int escape,
        boolean header,
        int skipLines,
        @Nullable String nullText,
        Formats formats,
        Charset charset,
        @Nullable Codec codec,
        boolean inferred) {

    enum Format {
        CSV,
        TEXT,
        JSON,
        PARQUET,
        AVRO
    }

    enum Codec {
        NONE,
        GZIP,
        ZSTD
    }

    /// How the bytes of a file are compressed.
    Codec codecOf(String name) {
        if (codec != null) {
            return codec;
        }
        return name.endsWith(".gz") ? Codec.GZIP : name.endsWith(".zst") ? Codec.ZSTD : Codec.NONE;
    }

    /// What is wrong becomes a problem of the block.
    static FileOptions of(Block block, boolean hasSchema) {
        Format format =
                block.has("file_format_type")
                        ? block.oneOf("file_format_type", Format.class)
                        : Format.CSV;
        boolean csv = format == Format.CSV;
        String delimiter = block.textOrNull("field_delimiter");
        if (delimiter == null || delimiter.isEmpty()) {
            delimiter = csv ? "," : "\u0001";
        }
        if (format == Format.TEXT && !hasSchema) {
            block.problem("schema", "missing, required when file_format_type is text");
        }
        boolean header =
                block.has("csv_use_header_line") ? block.truth("csv_use_header_line") : !hasSchema;
        Formats formats = Formats.ISO;
        for (String pattern : List.of("date_format", "time_format", "datetime_format")) {
            try {
                formats =
                        Formats.of(
                                "date_format".equals(pattern)
                                        ? block.textOrNull(pattern)
                                        : formats.datePattern(),
                                "time_format".equals(pattern)
                                        ? block.textOrNull(pattern)
                                        : formats.timePattern(),
                                "datetime_format".equals(pattern)
                                        ? block.textOrNull(pattern)
                                        : formats.datetimePattern());
            } catch (IllegalArgumentException e) {
                block.problem(pattern, "not a pattern, " + e.getMessage());
            }
        }
        Charset charset = StandardCharsets.UTF_8;
        try {
            charset = Charset.forName(block.text("encoding"));
        } catch (IllegalArgumentException e) {
            block.problem("encoding", "unknown encoding '%s'".formatted(block.text("encoding")));
        }
        Codec codec =
                block.has("compress_codec") ? block.oneOf("compress_codec", Codec.class) : null;
        String escape = block.textOrNull("escape_char");
        return new FileOptions(
                format,
                delimiter,
                one(block, "quote_char", '"'),
                escape == null ? -1 : one(block, "escape_char", '\\'),
                csv && header,
                (int) block.number("skip_header_row_number", 0, 1_000_000),
                block.textOrNull("null_format"),
                formats,
                charset,
                codec,
                !hasSchema);
    }

    private static char one(Block block, String option, char fallback) {
        String text = block.text(option);
        if (text.length() != 1 || text.charAt(0) > 127) {
            block.problem(option, "expected one ASCII character, found '%s'".formatted(text));
            return fallback;
        }
        return text.charAt(0);
    }
}
