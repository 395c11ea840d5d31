package dev.tarn.pipeline.source.files;

import dev.tarn.pipeline.job.Nearest;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Decoder;
import dev.tarn.pipeline.row.Inference;
import dev.tarn.pipeline.row.Misfit;
import dev.tarn.pipeline.row.PlainText;
import dev.tarn.pipeline.row.Rejected;
import dev.tarn.pipeline.row.Rejections;
import dev.tarn.pipeline.source.Position;
import dev.tarn.pipeline.source.SplitReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// Rows of a CSV or delimited text file.
final class CsvReader implements SplitReader {
    private final InputFile file;
    private final Schema schema;
    private final Lines lines;
    private final CsvFields cutter;
    private final PlainText plain;
    private final Decoder decoder;
    private final boolean[] required;
    private final int[] fieldOf;
    private final int width;
    private long rows;
    private long line;

    /// @param all the columns the file has, in order, if it has no header to tell
    CsvReader(
            InputFile file,
            FileOptions options,
            Schema schema,
            Schema all,
            Set<String> required,
            Position from)
            throws IOException {
        this.file = file;
        this.schema = schema;
        this.cutter = new CsvFields(options);
        this.plain = new PlainText(schema, options.formats());
        this.decoder = new Decoder(options.formats());
        List<Types.NestedField> columns = schema.columns();
        this.required = new boolean[columns.size()];
        this.fieldOf = new int[columns.size()];
        List<String> names = all.columns().stream().map(Types.NestedField::name).toList();
        if (options.header()) {
            names = header(file, options);
        }
        this.width = names.size();
        for (int i = 0; i < columns.size(); i++) {
            String name = columns.get(i).name();
            this.required[i] = columns.get(i).isRequired() || required.contains(name);
            fieldOf[i] = names.indexOf(name);
            if (fieldOf[i] < 0) {
                String hint =
                        Nearest.of(name, names).map(n -> ", did you mean " + n + "?").orElse("");
                throw new IOException(
                        "its header has no column %s, it has %s%s"
                                .formatted(name, String.join(", ", names), hint));
            }
        }
        this.lines = new Lines(file, options, from.bytes());
        this.rows = from.rows();
        this.line = from.line();
        if (from.bytes() == 0) {
            int skip = options.header() ? Math.max(1, options.skipLines()) : options.skipLines();
            for (int i = 0; i < skip; i++) {
                Lines.Line skipped = lines.nextOrNull(cutter.quoting());
                if (skipped != null) {
                    line += 1 + newLines(skipped);
                }
            }
        }
    }

    /// The names in the header line, and what the rows below look like.
    static Schema infer(InputFile file, FileOptions options) throws IOException {
        var cutter = new CsvFields(options);
        var inference = new Inference(options.formats());
        List<String> names = header(file, options);
        names.forEach(inference::column);
        int misfits = 0;
        try (var lines = new Lines(file, options, 0)) {
            int skip = Math.max(1, options.skipLines());
            for (int i = 0; i < skip + Inference.ROWS_MAX + misfits; i++) {
                Lines.Line line = lines.nextOrNull(cutter.quoting());
                if (line == null) {
                    break;
                }
                if (i >= skip && !line.isBlank()) {
                    try {
                        int fields = cutter.cut(line);
                        for (int c = 0; c < Math.min(fields, names.size()); c++) {
                            inference.text(names.get(c), cutter.textOrNull(c));
                        }
                    } catch (Misfit e) {
                        // The run meets this row again and tells of it.
                        misfits++;
                    }
                }
            }
        }
        return inference.schema();
    }

    private static List<String> header(InputFile file, FileOptions options) throws IOException {
        var cutter = new CsvFields(options);
        try (var lines = new Lines(file, options, 0)) {
            Lines.Line line = null;
            for (int i = 0; i < Math.max(1, options.skipLines()); i++) {
                line = lines.nextOrNull(cutter.quoting());
            }
            if (line == null) {
                throw new IOException("it is empty, expected a header line");
            }
            List<String> names = new ArrayList<>();
            int fields = cutter.cut(line);
            for (int i = 0; i < fields; i++) {
                names.add(cutter.isNull(i) ? "column_" + (i + 1) : cutter.text(i).strip());
            }
            for (String name : names) {
                if (names.indexOf(name) != names.lastIndexOf(name)) {
                    throw new IOException("its header has the column %s twice".formatted(name));
                }
            }
            return names;
        } catch (Misfit e) {
            throw new IOException("its header cannot be read, " + e.reason());
        }
    }

    @Override
    public @Nullable Batch next(int rowsMax, Rejections rejections) throws IOException {
        Batch batch = null;
        for (int taken = 0; taken < rowsMax; ) {
            Lines.Line next = lines.nextOrNull(cutter.quoting());
            if (next == null) {
                break;
            }
            long at = line + 1;
            line += 1 + newLines(next);
            if (next.isBlank()) {
                continue;
            }
            batch = batch == null ? new Batch(schema, rowsMax) : batch;
            taken++;
            rows++;
            try {
                fill(batch, next);
                batch.endRow();
            } catch (Misfit e) {
                batch.clearRow();
                rejections.add(
                        new Rejected(file.location(), at, e.column(), e.reason(), next.text()));
            }
        }
        return batch;
    }

    private void fill(Batch batch, Lines.Line line) throws Misfit {
        int fields = cutter.cut(line);
        if (fields != width) {
            throw new Misfit(null, "expected %s columns, found %s".formatted(width, fields));
        }
        for (int i = 0; i < fieldOf.length; i++) {
            int field = fieldOf[i];
            if (cutter.isNull(field)) {
                if (required[i]) {
                    throw new Misfit(
                            schema.columns().get(i).name(), "expected a value, found null");
                }
            } else if (!plain.set(
                    batch, i, cutter.bytes(field), cutter.start(field), cutter.end(field))) {
                decode(batch, i, cutter.text(field));
            }
        }
    }

    private void decode(Batch batch, int column, String text) throws Misfit {
        Types.NestedField field = schema.columns().get(column);
        try {
            batch.set(column, decoder.decode(field.type(), text));
        } catch (Misfit e) {
            throw new Misfit(field.name(), e.reason());
        }
    }

    private static int newLines(Lines.Line line) {
        int count = 0;
        for (int i = line.offset(); i < line.offset() + line.length(); i++) {
            if (line.bytes()[i] == '\n') {
                count++;
            }
        }
        return count;
    }

    @Override
    public Position position() {
        return new Position(rows, lines.position(), line);
    }

    @Override
    public long bytesRead() {
        try {
            return lines.fileBytes();
        } catch (IOException e) {
            return 0;
        }
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
