package dev.tarn.pipeline.transform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.jayway.jsonpath.Configuration;
import com.jayway.jsonpath.InvalidPathException;
import com.jayway.jsonpath.JsonPath;
import com.jayway.jsonpath.JsonPathException;
import com.jayway.jsonpath.spi.json.JacksonJsonNodeJsonProvider;
import com.jayway.jsonpath.spi.mapper.JacksonMappingProvider;
import dev.tarn.pipeline.PipelineException;
import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.job.Option;
import dev.tarn.pipeline.job.Option.Kind;
import dev.tarn.pipeline.job.OptionTable;
import dev.tarn.pipeline.job.Setting;
import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.row.Decoder;
import dev.tarn.pipeline.row.Formats;
import dev.tarn.pipeline.row.Misfit;
import dev.tarn.pipeline.row.TypeNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// Values out of columns of JSON text, in further columns at the end.
record Extracting(Columns columns, List<Path> paths) implements Transform {
    static final OptionTable JSON_PATH =
            Fields.table(
                    "JsonPath",
                    "Takes values out of columns of JSON text, into further columns at the end. Of"
                            + " a null the value is null.",
                    Option.required(
                            "columns",
                            Kind.LIST,
                            "`[{ path = \"$.a.b[0]\", src_field, dest_field, dest_type = string,"
                                    + " column_error_handle_way }]`: `FAIL`, `SKIP` (null) or"
                                    + " `SKIP_ROW` where there is no JSON, no such path, or a value"
                                    + " that does not fit."),
                    Option.honoured(
                            "row_error_handle_way",
                            Kind.TEXT,
                            "FAIL",
                            "`FAIL` ends the run, `SKIP` leaves the row out; for columns that do"
                                    + " not say."));

    static Transform of(Block block, Columns from) {
        List<Types.NestedField> fields = new ArrayList<>(from.schema().columns());
        int lastId = from.schema().highestFieldId();
        List<Extracting.Path> paths = new ArrayList<>();
        var types = new TypeNames();
        Setting given = block.settingOrNull("columns");
        List<Setting> list = given == null ? null : given.listOrNull();
        for (Setting one : list == null ? List.<Setting>of() : list) {
            SequencedMap<String, Setting> keys = one.mapOrNull();
            Setting path = keys == null ? null : keys.get("path");
            Setting source = keys == null ? null : keys.get("src_field");
            Setting target = keys == null ? null : keys.get("dest_field");
            if (keys == null || path == null || source == null || target == null) {
                block.problem("columns", one.line(), "expected { path, src_field, dest_field }");
                continue;
            }
            int column = Fields.requireText(block, "columns", from, source.text());
            Setting type = keys.get("dest_type");
            Type named = type == null ? Types.StringType.get() : types.type(block, "columns", type);
            if (named.isNestedType()) {
                block.problem("columns", one.line(), "a %s is not taken out".formatted(named));
                continue;
            }
            String way =
                    keys.containsKey("column_error_handle_way")
                            ? keys.get("column_error_handle_way").text()
                            : block.text("row_error_handle_way").equalsIgnoreCase("SKIP")
                                    ? "SKIP_ROW"
                                    : block.text("row_error_handle_way");
            try {
                paths.add(
                        new Extracting.Path(
                                column,
                                JsonPath.compile(path.text()),
                                Extracting.Way.valueOf(way.toUpperCase(Locale.ROOT))));
            } catch (InvalidPathException e) {
                block.problem(
                        "columns",
                        one.line(),
                        "not a path, %s: '%s'".formatted(e.getMessage(), path.text()));
                continue;
            } catch (IllegalArgumentException e) {
                block.problem(
                        "columns",
                        one.line(),
                        "expected FAIL, SKIP or SKIP_ROW, found '%s'".formatted(way));
                continue;
            }
            if (fields.stream().anyMatch(field -> field.name().equals(target.text()))) {
                block.problem(
                        "columns", one.line(), "column %s is there twice".formatted(target.text()));
            } else {
                fields.add(Types.NestedField.optional(++lastId, target.text(), named));
            }
        }
        return new Extracting(
                new Columns(new Schema(fields), from.path(), from.primaryKey()), paths);
    }

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
