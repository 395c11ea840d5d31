package dev.tarn.pipeline.source.files;

import dev.tarn.pipeline.row.Formats;
import java.nio.charset.Charset;
import org.jspecify.annotations.Nullable;

/// How the files of a source are read.
///
/// @param header whether the first line of a CSV file names its columns
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
        boolean gzip,
        boolean inferred) {

    enum Format {
        CSV,
        TEXT,
        JSON,
        PARQUET
    }
}
