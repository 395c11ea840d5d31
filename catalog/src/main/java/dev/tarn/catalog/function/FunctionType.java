package dev.tarn.catalog.function;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.types.Types;

/// A type of a parameter or of a result, with only the fields that the specification keeps.
///
/// @param json a text for a primitive, an object for a list, map or struct
/// @param canonical as it stands in the id of a definition
record FunctionType(JsonNode json, String canonical) {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int DEPTH_MAX = 32;

    static FunctionType parse(JsonNode json) {
        return parse(json, 0);
    }

    boolean isStruct() {
        return json.isObject() && json.path("type").asText().equals("struct");
    }

    private static FunctionType parse(JsonNode json, int depth) {
        if (depth > DEPTH_MAX) {
            throw new BadRequestException("Type is nested more than %s levels deep", DEPTH_MAX);
        }
        if (json.isTextual()) {
            return primitive(json.asText());
        }
        ObjectNode kept = NODES.objectNode();
        kept.set("type", json.path("type"));
        return switch (json.path("type").asText()) {
            case "list" -> {
                FunctionType element = parse(json.path("element"), depth + 1);
                kept.set("element", element.json);
                yield new FunctionType(kept, "list<%s>".formatted(element.canonical));
            }
            case "map" -> {
                FunctionType key = parse(json.path("key"), depth + 1);
                FunctionType value = parse(json.path("value"), depth + 1);
                kept.set("key", key.json);
                kept.set("value", value.json);
                yield new FunctionType(
                        kept, "map<%s,%s>".formatted(key.canonical, value.canonical));
            }
            case "struct" -> struct(json, kept, depth);
            default -> throw new BadRequestException("Type is unknown: %s", json);
        };
    }

    private static FunctionType struct(JsonNode json, ObjectNode kept, int depth) {
        var fields = kept.putArray("fields");
        List<String> canonical = new ArrayList<>();
        for (JsonNode field : json.path("fields")) {
            FunctionType type = parse(field.path("type"), depth + 1);
            String name = FunctionDraft.text(field, "name");
            fields.addObject().put("name", name).set("type", type.json);
            canonical.add(name + ":" + type.canonical);
        }
        if (canonical.isEmpty()) {
            throw new BadRequestException("Type struct must have fields: %s", json);
        }
        return new FunctionType(kept, "struct<%s>".formatted(String.join(",", canonical)));
    }

    private static FunctionType primitive(String text) {
        String name = text.replace(" ", "");
        try {
            Types.fromTypeName(name);
        } catch (IllegalArgumentException e) {
            throw new BadRequestException(e, "Type is unknown: %s", text);
        }
        return new FunctionType(NODES.textNode(name), name);
    }
}
