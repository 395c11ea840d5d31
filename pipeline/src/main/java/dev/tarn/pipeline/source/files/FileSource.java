package dev.tarn.pipeline.source.files;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.job.OptionTable;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.source.Position;
import dev.tarn.pipeline.source.Split;
import dev.tarn.pipeline.source.SplitReader;
import dev.tarn.pipeline.source.SplitSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.io.InputFile;
import org.jspecify.annotations.Nullable;

/// Files of one place: one, a folder with all below it, or a glob.
public final class FileSource implements SplitSource {
    public static final OptionTable LOCAL = FileTable.LOCAL;
    public static final OptionTable S3 = FileTable.S3;

    private final Block block;
    private final FileOptions options;
    private final Place place;
    private final Columns all;
    private final Columns columns;
    private final Folders folders;
    private final Columns wide;
    private final List<Split> splits;

    /// Lists the files and settles the columns; what is wrong becomes a problem of the block.
    private FileSource(Block block, Place place) {
        this.block = block;
        this.place = place;
        Columns given = Columns.of(block);
        boolean hasSchema = block.has("schema");
        this.options = FileOptions.of(block, hasSchema);
        this.splits = block.has("path") ? place.list() : List.of();
        this.all = given != null ? given : inferred(hasSchema);
        this.columns =
                all.schema().columns().isEmpty()
                        ? all
                        : all.select(block, "read_columns", block.texts("read_columns"));
        this.folders = Folders.of(block, splits);
        this.wide = folders.behind(block, columns);
    }

    /// @param baseDirectory where relative paths begin
    public static FileSource local(Block block, Path baseDirectory) {
        return new FileSource(block, new LocalPlace(block, baseDirectory));
    }

    public static FileSource s3(Block block) {
        return new FileSource(block, new S3Place(block));
    }

    private Columns inferred(boolean hasSchema) {
        var none = new Columns(new Schema(List.of()), null, List.of());
        if (hasSchema || splits.isEmpty() || options.format() == FileOptions.Format.TEXT) {
            return none;
        }
        InputFile first = place.file(splits.getFirst().name());
        try {
            Schema schema =
                    switch (options.format()) {
                        case CSV -> {
                            if (!options.header()) {
                                block.problem(
                                        "schema",
                                        "missing, required when csv_use_header_line is false");
                                yield new Schema(List.of());
                            }
                            yield CsvReader.infer(first, options);
                        }
                        case JSON -> JsonReader.infer(first, options);
                        case PARQUET -> ParquetReader.infer(first);
                        case AVRO -> AvroReader.infer(first);
                        case TEXT -> new Schema(List.of());
                    };
            return new Columns(schema, null, List.of());
        } catch (IOException | RuntimeException e) {
            block.problem("path", "cannot read %s, %s".formatted(first.location(), reason(e)));
            return none;
        }
    }

    /// What went wrong with a file, without its name.
    public static String reason(Exception e) {
        return switch (e) {
            case UncheckedIOException unchecked when unchecked.getCause() != null ->
                    reason(unchecked.getCause());
            case AccessDeniedException denied -> "permission denied";
            case NoSuchFileException missing -> "it is gone";
            default -> String.valueOf(e.getMessage());
        };
    }

    @Override
    public Block block() {
        return block;
    }

    @Override
    public List<Columns> tables() {
        return List.of(wide);
    }

    @Override
    public List<Split> splits() {
        return splits;
    }

    @Override
    public boolean remembersSplits() {
        return true;
    }

    @Override
    public String fingerprint(Split split) throws IOException {
        return place.fingerprint(split);
    }

    @Override
    public SplitReader open(Split split, Position from, List<Set<String>> requiredOfTables)
            throws IOException {
        Set<String> required = requiredOfTables.getFirst();
        InputFile file = place.file(split.name());
        return folders.reader(open(file, required, from), split.name(), wide.schema());
    }

    private SplitReader open(InputFile file, Set<String> required, Position from)
            throws IOException {
        return switch (options.format()) {
            case CSV, TEXT ->
                    new CsvReader(file, options, columns.schema(), all.schema(), required, from);
            case JSON -> new JsonReader(file, options, columns.schema(), required, from);
            case PARQUET -> new ParquetReader(file, columns.schema(), required, from);
            case AVRO -> new AvroReader(file, columns.schema(), required, from);
        };
    }

    @Override
    public @Nullable String changeOrNull(Split split) throws IOException {
        return place.changeOrNull(split);
    }
}
