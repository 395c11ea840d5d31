package dev.tarn.pipeline.row;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// Reads JSON objects into the rows of a batch, token by token.
public final class JsonDecoder {
    private static final ObjectMapper TREES = new ObjectMapper();

    private final Types.StructType struct;
    private final Map<String, Integer> positions = new HashMap<>();
    private final Decoder decoder;
    private final boolean strict;
    private final @Nullable EpochUnit epochs;

    /// @param strict whether a field that the schema does not have is a misfit; else it is left out
    public JsonDecoder(Types.StructType struct, Decoder decoder, boolean strict) {
        this(struct, decoder, strict, null);
    }

    /// @param epochs see [JsonRows]
    JsonDecoder(
            Types.StructType struct, Decoder decoder, boolean strict, @Nullable EpochUnit epochs) {
        this.epochs = epochs;
        this.struct = struct;
        this.decoder = decoder;
        this.strict = strict;
        for (int i = 0; i < struct.fields().size(); i++) {
            positions.put(struct.fields().get(i).name(), i);
        }
    }

    /// Reads the object whose `{` is the parser's current token into the batch's next row.
    ///
    /// The object is always read to its end, so that the parser stands well after a misfit.
    public void read(JsonParser parser, Batch into) throws IOException, Misfit {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            String found = rest(parser);
            throw new Misfit(null, "expected a JSON object, found " + Misfit.shortened(found));
        }
        Misfit first = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            Integer position = positions.get(name);
            if (position == null) {
                parser.skipChildren();
                if (strict && first == null) {
                    first =
                            new Misfit(
                                    name,
                                    "not among the columns inferred from the first rows, add a"
                                            + " schema block");
                }
                continue;
            }
            try {
                into.set(position, value(parser, struct.fields().get(position).type()));
            } catch (Misfit e) {
                first = first == null ? e.in(name) : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private @Nullable Object value(JsonParser parser, Type type) throws IOException, Misfit {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_NULL) {
            return null;
        }
        return switch (type.typeId()) {
            case STRING -> token.isScalarValue() ? parser.getText() : rest(parser);
            case STRUCT -> struct(rest(parser), type.asStructType());
            case LIST, MAP -> nested(TREES.readTree(rest(parser)), type);
            case INTEGER -> {
                if (token == JsonToken.VALUE_NUMBER_INT) {
                    long number = wholeOrMisfit(parser, "int");
                    if (number == (int) number) {
                        yield (int) number;
                    }
                }
                yield text(parser, type);
            }
            case LONG ->
                    token == JsonToken.VALUE_NUMBER_INT
                            ? wholeOrMisfit(parser, "bigint")
                            : text(parser, type);
            case DOUBLE -> {
                // An infinite one was too large a number, which the text tells.
                double number = token.isNumeric() ? parser.getDoubleValue() : Double.NaN;
                yield Double.isFinite(number) ? number : text(parser, type);
            }
            case BOOLEAN -> token.isBoolean() ? parser.getBooleanValue() : text(parser, type);
            case DATE ->
                    epochs != null && token == JsonToken.VALUE_NUMBER_INT
                            ? LocalDate.ofEpochDay(wholeOrMisfit(parser, "date"))
                            : text(parser, type);
            case TIMESTAMP ->
                    epochs != null && token == JsonToken.VALUE_NUMBER_INT
                            ? timestamp(epochs, wholeOrMisfit(parser, "timestamp"))
                            : text(parser, type);
            default -> text(parser, type);
        };
    }

    private static Object timestamp(EpochUnit epochs, long number) throws Misfit {
        LocalDateTime timestamp = epochs.at(number);
        if (timestamp == null) {
            throw new Misfit(
                    null,
                    "a number for a timestamp, set tarn.epoch_unit to what it counts: " + number);
        }
        return timestamp;
    }

    private static long wholeOrMisfit(JsonParser parser, String name) throws IOException, Misfit {
        if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
            throw Misfit.value(null, name, parser.getText());
        }
        return parser.getLongValue();
    }

    private Object text(JsonParser parser, Type type) throws IOException, Misfit {
        if (!parser.currentToken().isScalarValue()) {
            throw Misfit.value(null, word(type), rest(parser));
        }
        return decoder.decode(type, parser.getText());
    }

    private static String word(Type type) {
        return type.typeId() == Type.TypeID.LONG ? "bigint" : type.toString();
    }

    /// The value at the parser as text, with everything inside it.
    private static String rest(JsonParser parser) throws IOException {
        return parser.currentToken().isScalarValue()
                ? parser.getText()
                : TREES.readTree(parser).toString();
    }

    private Object struct(String text, Types.StructType type) throws IOException, Misfit {
        return nestedOrMisfit(TREES.readTree(text), type);
    }

    private @Nullable Object nested(JsonNode node, Type type) throws Misfit {
        return node.isNull() ? null : nestedOrMisfit(node, type);
    }

    @SuppressWarnings("RefactorSwitch") // Cases with loops read better as statements.
    private Object nestedOrMisfit(JsonNode node, Type type) throws Misfit {
        switch (type.typeId()) {
            case STRUCT -> {
                if (!node.isObject()) {
                    throw Misfit.value(null, "a JSON object", node);
                }
                GenericRecord record = GenericRecord.create(type.asStructType());
                for (Types.NestedField field : type.asStructType().fields()) {
                    JsonNode child = node.get(field.name());
                    if (child != null) {
                        try {
                            record.setField(field.name(), nested(child, field.type()));
                        } catch (Misfit e) {
                            throw e.in(field.name());
                        }
                    }
                }
                return record;
            }
            case LIST -> {
                if (!node.isArray()) {
                    throw Misfit.value(null, "a JSON array", node);
                }
                List<@Nullable Object> list = new ArrayList<>();
                for (JsonNode child : node) {
                    list.add(nested(child, type.asListType().elementType()));
                }
                return list;
            }
            case MAP -> {
                if (!node.isObject()) {
                    throw Misfit.value(null, "a JSON object", node);
                }
                Map<Object, @Nullable Object> map = new LinkedHashMap<>();
                for (Map.Entry<String, JsonNode> entry : node.properties()) {
                    map.put(
                            decoder.decode(type.asMapType().keyType(), entry.getKey()),
                            nested(entry.getValue(), type.asMapType().valueType()));
                }
                return map;
            }
            case STRING -> {
                return node.isValueNode() ? node.asText() : node.toString();
            }
            default -> {
                if (!node.isValueNode()) {
                    throw Misfit.value(null, word(type), node);
                }
                return decoder.decode(type, node.asText());
            }
        }
    }
}
