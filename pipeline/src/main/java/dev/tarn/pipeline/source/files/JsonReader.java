package dev.tarn.pipeline.source.files;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Inference;
import dev.tarn.pipeline.row.JsonRows;
import dev.tarn.pipeline.row.Misfit;
import dev.tarn.pipeline.row.Rejected;
import dev.tarn.pipeline.row.Rejections;
import dev.tarn.pipeline.source.Position;
import dev.tarn.pipeline.source.SplitReader;
import java.io.IOException;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.io.InputFile;
import org.jspecify.annotations.Nullable;

/// Rows of a file with one JSON object a line, or with one array of objects.
final class JsonReader implements SplitReader {
    private static final ObjectMapper TREES = new ObjectMapper();

    private final InputFile file;
    private final Schema schema;
    private final JsonRows decoded;
    private final Lines lines;
    private final @Nullable JsonParser array;
    private long rows;
    private long line;

    JsonReader(
            InputFile file, FileOptions options, Schema schema, Set<String> required, Position from)
            throws IOException {
        this.file = file;
        this.schema = schema;
        this.decoded = new JsonRows(schema, options.formats(), required, options.inferred());
        this.lines = new Lines(file, options, from.bytes());
        if (from.bytes() == 0 && lines.peek() == '[') {
            this.array = JsonRows.FACTORY.createParser(lines.rest());
            array.nextToken();
            // An array has no place to start again but its beginning: elements behind are skipped.
            for (; rows < from.rows(); rows++) {
                array.nextToken();
                array.skipChildren();
            }
        } else {
            this.array = null;
            this.rows = from.rows();
            this.line = from.line();
        }
    }

    /// The columns of the first rows of a file.
    static Schema infer(InputFile file, FileOptions options) throws IOException {
        var inference = new Inference(options.formats());
        int misfits = 0;
        try (var lines = new Lines(file, options, 0)) {
            if (lines.peek() == '[') {
                MappingIterator<JsonNode> nodes =
                        TREES.readerFor(JsonNode.class).readValues(lines.rest());
                for (int i = 0; i < Inference.ROWS_MAX && nodes.hasNextValue(); i++) {
                    inference.row(nodes.nextValue());
                }
                return inference.schema();
            }
            for (int i = 0; i < Inference.ROWS_MAX + misfits; i++) {
                Lines.Line line = lines.nextOrNull(Lines.Quoting.NONE);
                if (line == null) {
                    break;
                }
                if (!line.isBlank()) {
                    try {
                        JsonNode node = TREES.readTree(line.bytes(), line.offset(), line.length());
                        inference.row(node);
                    } catch (JsonParseException e) {
                        // The run meets this row again and tells of it.
                        misfits++;
                    }
                }
            }
        }
        Schema schema = inference.schema();
        if (schema.columns().isEmpty()) {
            throw new IOException("it has no JSON object to infer the columns from");
        }
        return schema;
    }

    @Override
    public @Nullable Batch next(int rowsMax, Rejections rejections) throws IOException {
        return array == null
                ? nextOfLines(rowsMax, rejections)
                : nextOfArray(array, rowsMax, rejections);
    }

    private @Nullable Batch nextOfLines(int rowsMax, Rejections rejections) throws IOException {
        Batch batch = null;
        for (int taken = 0; taken < rowsMax; ) {
            Lines.Line next = lines.nextOrNull(Lines.Quoting.NONE);
            if (next == null) {
                break;
            }
            line++;
            if (next.isBlank()) {
                continue;
            }
            batch = batch == null ? new Batch(schema, rowsMax) : batch;
            taken++;
            rows++;
            try {
                decoded.read(batch, next.bytes(), next.offset(), next.length());
            } catch (Misfit e) {
                rejections.add(
                        new Rejected(file.location(), line, e.column(), e.reason(), next.text()));
            }
        }
        return batch;
    }

    private @Nullable Batch nextOfArray(JsonParser parser, int rowsMax, Rejections rejections)
            throws IOException {
        Batch batch = null;
        try {
            for (int taken = 0; taken < rowsMax; taken++) {
                JsonToken token = parser.nextToken();
                if (token == JsonToken.END_ARRAY || token == null) {
                    break;
                }
                batch = batch == null ? new Batch(schema, rowsMax) : batch;
                rows++;
                line = parser.currentTokenLocation().getLineNr();
                try {
                    decoded.read(batch, parser);
                } catch (Misfit e) {
                    rejections.add(
                            new Rejected(file.location(), line, e.column(), e.reason(), null));
                }
            }
        } catch (JsonParseException e) {
            throw new IOException(
                    "line %s, %s".formatted(e.getLocation().getLineNr(), notJson(e)), e);
        }
        return batch;
    }

    private static String notJson(JsonParseException e) {
        return "not JSON, " + e.getOriginalMessage();
    }

    @Override
    public Position position() {
        return new Position(rows, array == null ? lines.position() : 0, line);
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
