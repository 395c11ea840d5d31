package dev.tarn.pipeline.source.files;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.job.Option;
import dev.tarn.pipeline.job.Option.Kind;
import dev.tarn.pipeline.job.OptionTable;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.row.Formats;
import dev.tarn.pipeline.source.Position;
import dev.tarn.pipeline.source.Split;
import dev.tarn.pipeline.source.SplitReader;
import dev.tarn.pipeline.source.SplitSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.iceberg.Schema;
import org.jspecify.annotations.Nullable;

/// Files of this machine: one, a folder with all below it, or a glob.
public final class FileSource implements SplitSource {
    private static final int FILES_MAX = 1_000_000;
    private static final int DEPTH_MAX = 64;

    public static final OptionTable OPTIONS =
            new OptionTable(
                    "LocalFile",
                    "Files of this machine. A file that was loaded is left out of the next run,"
                            + " unless its content changed or the run is told to load it again.",
                    List.of(
                            Option.required(
                                    "path",
                                    Kind.TEXT,
                                    "A file, a folder (with all below it, without names that start"
                                        + " with `.` or `_`), or a glob such as `data/2001-*.csv`"
                                        + " or `data/**/*.parquet`. A relative path starts where"
                                        + " the command was given."),
                            Option.required(
                                            "file_format_type",
                                            Kind.TEXT,
                                            "`csv`, `json` (one object a line, or one array),"
                                                    + " `parquet` or `text`.")
                                    .formerly("file_format"),
                            Option.honoured(
                                    "schema",
                                    Kind.MAP,
                                    null,
                                    "The columns. Without it they are found in the first file: see"
                                            + " above."),
                            Option.honoured(
                                    "read_columns",
                                    Kind.LIST,
                                    null,
                                    "Only these columns, in this order."),
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
                                    "Before a character of a quoted field that is meant as it"
                                            + " is."),
                            Option.honoured(
                                    "null_format",
                                    Kind.TEXT,
                                    null,
                                    "Text that means null. An empty field without quotes always"
                                            + " does."),
                            Option.honoured(
                                    "date_format", Kind.TEXT, null, "Default: `yyyy-MM-dd`."),
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
                                    "`none` or `gzip`. Default: gzip where the name ends in"
                                            + " `.gz`."),
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
                                            + " same commit. Without it the first such row ends the"
                                            + " run."),
                            Option.honoured(
                                    "tarn.rejected_rows_max",
                                    Kind.NUMBER,
                                    "1000",
                                    "More rejected rows than this end the run."),
                            Option.withoutEffect("parallelism", Kind.NUMBER, "The runner decides."),
                            Option.withoutEffect(
                                    "recursive_file_scan",
                                    Kind.TRUTH,
                                    "A folder is always read with all below it."),
                            Option.refused(
                                    "parse_partition_from_path",
                                    "folders named key=value do not become columns"),
                            Option.refused("row_delimiter", "rows end with the line"),
                            Option.refused("tables_configs", "one table per source, add a source"),
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
                                    "files are read in the order of their names")));

    private final Block block;
    private final FileOptions options;
    private final Columns all;
    private final Columns columns;
    private final List<Split> splits;

    /// Lists the files and settles the columns; what is wrong becomes a problem of the block.
    public FileSource(Block block, Path baseDirectory) {
        this.block = block;
        Columns given = Columns.of(block);
        boolean hasSchema = block.has("schema");
        this.options = options(block, hasSchema);
        this.splits = block.has("path") ? list(block, baseDirectory) : List.of();
        this.all = given != null ? given : inferred(hasSchema);
        this.columns =
                all.schema().columns().isEmpty()
                        ? all
                        : all.select(block, "read_columns", block.texts("read_columns"));
    }

    private static FileOptions options(Block block, boolean hasSchema) {
        FileOptions.Format format =
                block.has("file_format_type")
                        ? block.oneOf("file_format_type", FileOptions.Format.class)
                        : FileOptions.Format.CSV;
        boolean csv = format == FileOptions.Format.CSV;
        String delimiter = block.textOrNull("field_delimiter");
        if (delimiter == null || delimiter.isEmpty()) {
            delimiter = csv ? "," : "\u0001";
        }
        if (format == FileOptions.Format.TEXT && !hasSchema) {
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
        String codec = block.textOrNull("compress_codec");
        if (codec != null && !codec.equalsIgnoreCase("none") && !codec.equalsIgnoreCase("gzip")) {
            block.problem("compress_codec", "expected none or gzip, found '%s'".formatted(codec));
        }
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
                "gzip".equalsIgnoreCase(codec),
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

    private static List<Split> list(Block block, Path baseDirectory) {
        String text = block.text("path");
        if (text.startsWith("file:")) {
            text = text.replaceFirst("^file:(//)?", "");
        }
        int glob = globAt(text);
        int slash = glob < 0 ? text.length() : text.lastIndexOf('/', glob);
        Path root =
                baseDirectory
                        .resolve(slash < 0 ? "" : text.substring(0, slash + (glob < 0 ? 0 : 1)))
                        .toAbsolutePath()
                        .normalize();
        PathMatcher matcher = p -> true;
        if (glob >= 0) {
            String prefix = root.toString().equals("/") ? "/" : root + "/";
            matcher =
                    FileSystems.getDefault()
                            .getPathMatcher("glob:" + prefix + text.substring(slash + 1));
        }
        List<Split> found = new ArrayList<>();
        try {
            walk(root, filter(block, matcher), found);
        } catch (NoSuchFileException e) {
            block.problem("path", "there is no file or folder " + e.getFile());
            return List.of();
        } catch (AccessDeniedException e) {
            block.problem("path", "no permission to read " + e.getFile());
            return List.of();
        } catch (IOException e) {
            block.problem("path", "cannot list %s, %s".formatted(root, e.getMessage()));
            return List.of();
        }
        if (found.isEmpty()) {
            block.problem("path", "no file matches " + block.text("path"));
        }
        found.sort((a, b) -> a.name().compareTo(b.name()));
        return List.copyOf(found);
    }

    private static int globAt(String text) {
        for (int i = 0; i < text.length(); i++) {
            if ("*?[{".indexOf(text.charAt(i)) >= 0) {
                return i;
            }
        }
        return -1;
    }

    private static PathMatcher filter(Block block, PathMatcher path) {
        String extension = block.textOrNull("filename_extension");
        String text = block.textOrNull("file_filter_pattern");
        Pattern pattern = null;
        try {
            pattern = text == null ? null : Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            block.problem("file_filter_pattern", "not a regular expression, " + e.getDescription());
        }
        Pattern wanted = pattern;
        return file -> {
            String name = String.valueOf(file.getFileName());
            return path.matches(file)
                    && (extension == null || name.endsWith(extension))
                    && (wanted == null
                            || wanted.matcher(name).matches()
                            || wanted.matcher(file.toString()).matches());
        };
    }

    private static void walk(Path root, PathMatcher filter, List<Split> into) throws IOException {
        if (Files.isRegularFile(root)) {
            into.add(split(root, Files.readAttributes(root, BasicFileAttributes.class)));
            return;
        }
        Files.walkFileTree(
                root,
                EnumSet.of(FileVisitOption.FOLLOW_LINKS),
                DEPTH_MAX,
                new SimpleFileVisitor<Path>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path folder, BasicFileAttributes attributes) {
                        return !folder.equals(root) && isHidden(folder)
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        if (!attributes.isRegularFile()
                                || isHidden(file)
                                || !filter.matches(file)) {
                            return FileVisitResult.CONTINUE;
                        }
                        if (into.size() == FILES_MAX) {
                            throw new IOException("more than " + FILES_MAX + " files");
                        }
                        into.add(split(file, attributes));
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    private static boolean isHidden(Path path) {
        String name = String.valueOf(path.getFileName());
        return name.startsWith(".") || name.startsWith("_");
    }

    private static Split split(Path file, BasicFileAttributes attributes) {
        return new Split(
                file.toString(), attributes.size(), attributes.lastModifiedTime().toMillis());
    }

    private Columns inferred(boolean hasSchema) {
        var none = new Columns(new Schema(List.of()), null, List.of());
        if (hasSchema || splits.isEmpty() || options.format() == FileOptions.Format.TEXT) {
            return none;
        }
        Path first = Path.of(splits.getFirst().name());
        try {
            FileOptions here = optionsFor(first);
            Schema schema =
                    switch (options.format()) {
                        case CSV -> {
                            if (!options.header()) {
                                block.problem(
                                        "schema",
                                        "missing, required when csv_use_header_line is false");
                                yield new Schema(List.of());
                            }
                            yield CsvReader.infer(first, here);
                        }
                        case JSON -> JsonReader.infer(first, here);
                        case PARQUET -> ParquetReader.infer(first);
                        case TEXT -> new Schema(List.of());
                    };
            return new Columns(schema, null, List.of());
        } catch (IOException | RuntimeException e) {
            block.problem("path", "cannot read %s, %s".formatted(first, reason(e)));
            return none;
        }
    }

    /// What went wrong with a file, without its name.
    public static String reason(Exception e) {
        return switch (e) {
            case AccessDeniedException denied -> "permission denied";
            case NoSuchFileException missing -> "it is gone";
            default -> String.valueOf(e.getMessage());
        };
    }

    private FileOptions optionsFor(Path file) {
        boolean gzip =
                options.gzip() || (!block.has("compress_codec") && file.toString().endsWith(".gz"));
        return new FileOptions(
                options.format(),
                options.delimiter(),
                options.quote(),
                options.escape(),
                options.header(),
                options.skipLines(),
                options.nullText(),
                options.formats(),
                options.charset(),
                gzip,
                options.inferred());
    }

    @Override
    public Block block() {
        return block;
    }

    @Override
    public List<Columns> tables() {
        return List.of(columns);
    }

    @Override
    public List<Split> splits() {
        return splits;
    }

    @Override
    public boolean remembersSplits() {
        return true;
    }

    /// The SHA-256 of the content: a copy with a new time is the same file, an edit that kept the
    /// size is not.
    @Override
    public String fingerprint(Split split) throws IOException {
        try (InputStream in = Files.newInputStream(Path.of(split.name()))) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 17];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    @Override
    public SplitReader open(Split split, Position from, List<Set<String>> requiredOfTables)
            throws IOException {
        Set<String> required = requiredOfTables.getFirst();
        Path file = Path.of(split.name());
        FileOptions here = optionsFor(file);
        return switch (options.format()) {
            case CSV, TEXT ->
                    new CsvReader(file, here, columns.schema(), all.schema(), required, from);
            case JSON -> new JsonReader(file, here, columns.schema(), required, from);
            case PARQUET -> new ParquetReader(file, columns.schema(), required, from);
        };
    }

    @Override
    public @Nullable String changeOrNull(Split split) throws IOException {
        BasicFileAttributes now =
                Files.readAttributes(Path.of(split.name()), BasicFileAttributes.class);
        return now.size() == split.bytes() && now.lastModifiedTime().toMillis() == split.modified()
                ? null
                : "it changed while it was read, %s bytes became %s"
                        .formatted(split.bytes(), now.size());
    }
}
