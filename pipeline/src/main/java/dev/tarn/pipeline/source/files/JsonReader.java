package dev.tarn.pipeline.source.files;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Decoder;
import dev.tarn.pipeline.row.Inference;
import dev.tarn.pipeline.row.JsonDecoder;
import dev.tarn.pipeline.row.Misfit;
import dev.tarn.pipeline.row.PlainJson;
import dev.tarn.pipeline.row.Rejected;
import dev.tarn.pipeline.row.Rejections;
import dev.tarn.pipeline.source.Position;
import dev.tarn.pipeline.source.SplitReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// Rows of a file with one JSON object a line, or with one array of objects.
final class JsonReader implements SplitReader {
    private static final ObjectMapper TREES = new ObjectMapper();
    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .build();

    private final Path file;
    private final Schema schema;
    private final PlainJson plain;
    private final JsonDecoder decoder;
    private final boolean[] required;
    private final Lines lines;
    private final @Nullable JsonParser array;
    private long rows;
    private long line;

    JsonReader(Path file, FileOptions options, Schema schema, Set<String> required, Position from)
            throws IOException {
        this.file = file;
        this.schema = schema;
        this.plain = new PlainJson(schema, options.formats(), options.inferred());
        this.decoder =
                new JsonDecoder(
                        schema.asStruct(), new Decoder(options.formats()), options.inferred());
        List<Types.NestedField> columns = schema.columns();
        this.required = new boolean[columns.size()];
        for (int i = 0; i < columns.size(); i++) {
            this.required[i] =
                    columns.get(i).isRequired() || required.contains(columns.get(i).name());
        }
        this.lines = new Lines(file, options, from.bytes());
        if (from.bytes() == 0 && lines.peek() == '[') {
            this.array = FACTORY.createParser(lines.rest());
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
    static Schema infer(Path file, FileOptions options) throws IOException {
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
            if (plain.read(batch, next.bytes(), next.offset(), next.length())
                    && missing(batch) < 0) {
                batch.endRow();
                continue;
            }
            batch.clearRow();
            try (JsonParser parser =
                    FACTORY.createParser(next.bytes(), next.offset(), next.length())) {
                parser.nextToken();
                decoder.read(parser, batch);
                if (parser.nextToken() != null) {
                    throw new Misfit(null, "expected one JSON object a line, found text behind it");
                }
                checkRequired(batch);
                batch.endRow();
            } catch (Misfit e) {
                batch.clearRow();
                rejections.add(
                        new Rejected(file.toString(), line, e.column(), e.reason(), next.text()));
            } catch (JsonParseException e) {
                batch.clearRow();
                rejections.add(new Rejected(file.toString(), line, null, notJson(e), next.text()));
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
                    decoder.read(parser, batch);
                    checkRequired(batch);
                    batch.endRow();
                } catch (Misfit e) {
                    batch.clearRow();
                    rejections.add(
                            new Rejected(file.toString(), line, e.column(), e.reason(), null));
                }
            }
        } catch (JsonParseException e) {
            throw new IOException(
                    "line %s, %s".formatted(e.getLocation().getLineNr(), notJson(e)), e);
        }
        return batch;
    }

    private void checkRequired(Batch batch) throws Misfit {
        int missing = missing(batch);
        if (missing >= 0) {
            throw new Misfit(schema.columns().get(missing).name(), "expected a value, found null");
        }
    }

    /// The first column that requires a value and has none in the batch's next row, or -1.
    private int missing(Batch batch) {
        for (int i = 0; i < required.length; i++) {
            if (required[i] && batch.isNull(i, batch.size())) {
                return i;
            }
        }
        return -1;
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
