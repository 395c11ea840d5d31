package dev.tarn.catalog.function;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.exceptions.BadRequestException;

/// Makes the metadata of a new function (UDF specification, format version 1) of what somebody
/// wants. Computes, and touches nothing.
final class FunctionDraft {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int FORMAT_VERSION = 1;
    private static final int FIRST_VERSION = 1;
    private static final int BYTES_MAX = 1 << 20;

    private final JsonNode wanted;
    private final String uuid;
    private final long nowMillis;

    /// @param wanted as the metadata of the specification, without what is derived
    FunctionDraft(JsonNode wanted, String uuid, long nowMillis) {
        this.wanted = wanted;
        this.uuid = uuid;
        this.nowMillis = nowMillis;
    }

    /// @throws BadRequestException if it makes no function
    String metadata() {
        ObjectNode metadata = MAPPER.createObjectNode();
        metadata.put("function-uuid", uuid);
        metadata.put("format-version", FORMAT_VERSION);
        ArrayNode definitions = metadata.putArray("definitions");
        for (JsonNode definition : elements(wanted, "definitions")) {
            definitions.add(definition(definition));
        }
        requireDistinct(definitions);
        ObjectNode entry = metadata.putArray("definition-log").addObject();
        entry.put("timestamp-ms", nowMillis);
        ArrayNode versions = entry.putArray("definition-versions");
        for (JsonNode definition : definitions) {
            versions.addObject()
                    .put("definition-id", definition.path("definition-id").asText())
                    .put("version-id", FIRST_VERSION);
        }
        copyProperties(metadata);
        copyFlag(wanted, metadata, "secure");
        copyText(wanted, metadata, "doc", Set.of());
        String text = metadata.toString();
        if (text.length() > BYTES_MAX) {
            throw new BadRequestException(
                    "Function is too large, expected at most %s characters, found %s",
                    BYTES_MAX, text.length());
        }
        return text;
    }

    private ObjectNode definition(JsonNode from) {
        ObjectNode definition = MAPPER.createObjectNode();
        ArrayNode parameters = MAPPER.createArrayNode();
        StringBuilder id = new StringBuilder();
        Set<String> names = new HashSet<>();
        for (JsonNode parameter : from.path("parameters")) {
            FunctionType type = FunctionType.parse(parameter.path("type"));
            String name = text(parameter, "name");
            if (!names.add(name)) {
                throw new BadRequestException("Parameter is there twice: %s", name);
            }
            ObjectNode kept = parameters.addObject();
            kept.set("type", type.json());
            kept.put("name", name);
            copyText(parameter, kept, "doc", Set.of());
            id.append(id.isEmpty() ? "" : ",").append(type.canonical());
        }
        definition.put("definition-id", id.toString());
        copyText(from, definition, "specific-name", Set.of());
        definition.set("parameters", parameters);
        FunctionType returned = FunctionType.parse(from.path("return-type"));
        definition.set("return-type", returned.json());
        copyFlag(from, definition, "return-nullable");
        definition.putArray("versions").add(version(from));
        definition.put("current-version-id", FIRST_VERSION);
        definition.put("function-type", "udf");
        copyText(from, definition, "function-type", Set.of("udf", "udtf"));
        if (definition.path("function-type").asText().equals("udtf") && !returned.isStruct()) {
            throw new BadRequestException(
                    "Return type of a udtf must be a struct, found %s", returned.canonical());
        }
        copyText(from, definition, "doc", Set.of());
        return definition;
    }

    private ObjectNode version(JsonNode from) {
        ObjectNode version = MAPPER.createObjectNode();
        version.put("version-id", FIRST_VERSION);
        ArrayNode representations = version.putArray("representations");
        Set<String> dialects = new HashSet<>();
        for (JsonNode representation : elements(from, "representations")) {
            String dialect = text(representation, "dialect");
            if (!representation.path("type").asText("sql").equals("sql")) {
                throw new BadRequestException(
                        "Type of a representation must be sql, found %s",
                        representation.path("type"));
            }
            if (!dialects.add(dialect)) {
                throw new BadRequestException("Dialect is there twice: %s", dialect);
            }
            representations
                    .addObject()
                    .put("type", "sql")
                    .put("dialect", dialect)
                    .put("sql", text(representation, "sql"));
        }
        copyFlag(from, version, "deterministic");
        copyText(from, version, "on-null-input", Set.of("return-null", "call"));
        version.put("timestamp-ms", nowMillis);
        return version;
    }

    private static void requireDistinct(ArrayNode definitions) {
        for (String key : List.of("definition-id", "specific-name")) {
            Set<String> seen = new HashSet<>();
            for (JsonNode definition : definitions) {
                if (definition.has(key) && !seen.add(definition.path(key).asText())) {
                    throw new BadRequestException(
                            "Definitions must differ in %s, found twice: %s",
                            key, definition.path(key).asText());
                }
            }
        }
    }

    private void copyProperties(ObjectNode metadata) {
        JsonNode properties = wanted.path("properties");
        if (properties.isMissingNode() || properties.isNull()) {
            return;
        }
        ObjectNode kept = metadata.putObject("properties");
        for (Map.Entry<String, JsonNode> property : properties.properties()) {
            kept.put(property.getKey(), text(properties, property.getKey()));
        }
    }

    private static JsonNode elements(JsonNode from, String name) {
        JsonNode elements = from.path(name);
        if (!elements.isArray() || elements.isEmpty()) {
            throw new BadRequestException("%s must be a list that is not empty", name);
        }
        return elements;
    }

    static String text(JsonNode from, String name) {
        JsonNode value = from.path(name);
        if (!value.isTextual() || value.asText().isEmpty()) {
            throw new BadRequestException("%s must be a text that is not empty", name);
        }
        return value.asText();
    }

    /// @param allowed empty for any
    private static void copyText(JsonNode from, ObjectNode to, String name, Set<String> allowed) {
        if (!from.hasNonNull(name)) {
            return;
        }
        String text = text(from, name);
        if (!allowed.isEmpty() && !allowed.contains(text)) {
            throw new BadRequestException("%s must be one of %s, found %s", name, allowed, text);
        }
        to.put(name, text);
    }

    private static void copyFlag(JsonNode from, ObjectNode to, String name) {
        if (from.hasNonNull(name)) {
            if (!from.path(name).isBoolean()) {
                throw new BadRequestException("%s must be true or false", name);
            }
            to.put(name, from.path(name).asBoolean());
        }
    }
}
