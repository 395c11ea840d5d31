package dev.tarn.pipeline.transform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.jayway.jsonpath.Configuration;
import com.jayway.jsonpath.JsonPath;
import com.jayway.jsonpath.JsonPathException;
import com.jayway.jsonpath.spi.json.JacksonJsonNodeJsonProvider;
import com.jayway.jsonpath.spi.mapper.JacksonMappingProvider;
import dev.tarn.pipeline.PipelineException;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.row.Decoder;
import dev.tarn.pipeline.row.Formats;
import dev.tarn.pipeline.row.Misfit;
import java.util.List;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// Values out of columns of JSON text, in further columns at the end.
record Extracting(Columns columns, List<Path> paths) implements Transform {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Decoder DECODER = new Decoder(Formats.ISO);
    private static final Configuration NODES =
            Configuration.builder()
                    .jsonProvider(new JacksonJsonNodeJsonProvider(JSON))
                    .mappingProvider(new JacksonMappingProvider(JSON))
                    .build();

    /// What becomes of a row whose value cannot be taken out.
    enum Way {
        FAIL,
        SKIP,
        SKIP_ROW
    }

    /// @param source the column of text
    record Path(int source, JsonPath path, Way way) {}

    Extracting {
        paths = List.copyOf(paths);
    }

    @Override
    public Batch apply(Batch batch) {
        int first = columns.schema().columns().size() - paths.size();
        Batch result = batch.widened(columns.schema());
        int[] kept = new int[batch.size()];
        int count = 0;
        for (int row = 0; row < batch.size(); row++) {
            if (take(batch, result, first, row)) {
                kept[count++] = row;
            }
        }
        return count == batch.size() ? result : result.picked(kept, count);
    }

    /// Whether the row stays.
    private boolean take(Batch batch, Batch result, int first, int row) {
        int parsed = -1;
        JsonNode tree = null;
        for (int i = 0; i < paths.size(); i++) {
            Path path = paths.get(i);
            Types.NestedField column = columns.schema().columns().get(first + i);
            if (!(batch.value(path.source(), row) instanceof String text)) {
                continue;
            }
            try {
                if (parsed != path.source()) {
                    tree = JSON.readTree(text);
                    parsed = path.source();
                }
                result.put(first + i, row, value(tree, path.path(), column.type()));
            } catch (JsonProcessingException e) {
                if (skips(path, column, "not JSON: " + Misfit.shortened(text))) {
                    return false;
                }
            } catch (JsonPathException e) {
                if (skips(path, column, "nothing at %s".formatted(path.path().getPath()))) {
                    return false;
                }
            } catch (Misfit e) {
                if (skips(path, column, e.reason())) {
                    return false;
                }
            }
        }
        return true;
    }

    private static @Nullable Object value(@Nullable JsonNode tree, JsonPath path, Type type)
            throws Misfit {
        Object found = path.read(tree, NODES);
        if (!(found instanceof JsonNode node) || node.isNull()) {
            return null;
        }
        if (type.typeId() == TypeID.STRING) {
            return node.isValueNode() ? node.asText() : node.toString();
        }
        return DECODER.decode(type, node.isValueNode() ? node.asText() : node.toString());
    }

    private static boolean skips(Path path, Types.NestedField column, String reason) {
        if (path.way() == Way.FAIL) {
            throw new PipelineException("JsonPath, %s: %s".formatted(column.name(), reason));
        }
        return path.way() == Way.SKIP_ROW;
    }
}
