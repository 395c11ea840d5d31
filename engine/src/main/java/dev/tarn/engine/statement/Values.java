package dev.tarn.engine.statement;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tarn.engine.statement.ColumnType.Field;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// Values of the protocol as text for people, and as JSON for programs.
public final class Values {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final HexFormat HEX = HexFormat.ofDelimiter(" ");

    private Values() {}

    /// `[1, 2]` for arrays, `{a=1}` for maps and rows, bytes in hexadecimal; nothing but `NULL`
    /// inside those is spelled out. The caller decides how a null value itself reads.
    public static String text(ColumnType type, JsonNode value) {
        if (value.isNull()) {
            return "NULL";
        }
        return switch (type.raw()) {
            case "array" -> {
                ColumnType element = type.fields().getFirst().type();
                List<String> items = new ArrayList<>();
                value.forEach(item -> items.add(text(element, item)));
                yield "[" + String.join(", ", items) + "]";
            }
            case "map" -> {
                ColumnType element = type.fields().getLast().type();
                List<String> items = new ArrayList<>();
                for (Map.Entry<String, JsonNode> entry : value.properties()) {
                    items.add(entry.getKey() + "=" + text(element, entry.getValue()));
                }
                yield "{" + String.join(", ", items) + "}";
            }
            case "row" -> {
                List<String> items = new ArrayList<>();
                for (int i = 0; i < value.size(); i++) {
                    Field field = type.fields().get(i);
                    String item = text(field.type(), value.get(i));
                    items.add(field.name() == null ? item : field.name() + "=" + item);
                }
                yield "{" + String.join(", ", items) + "}";
            }
            case "varbinary" -> HEX.formatHex(Base64.getDecoder().decode(value.asText()));
            default -> value.isValueNode() ? value.asText() : value.toString();
        };
    }

    /// Numbers as numbers (a `decimal` keeps every digit), rows as objects, bytes in base64.
    public static JsonNode json(ColumnType type, JsonNode value) {
        if (value.isNull()) {
            return value;
        }
        return switch (type.raw()) {
            case "decimal" -> DecimalNode.valueOf(new BigDecimal(value.asText()));
            case "array" -> {
                ColumnType element = type.fields().getFirst().type();
                ArrayNode items = JSON.arrayNode();
                value.forEach(item -> items.add(json(element, item)));
                yield items;
            }
            case "map" -> {
                ColumnType element = type.fields().getLast().type();
                ObjectNode items = JSON.objectNode();
                for (Map.Entry<String, JsonNode> entry : value.properties()) {
                    items.set(entry.getKey(), json(element, entry.getValue()));
                }
                yield items;
            }
            case "row" -> {
                ObjectNode items = JSON.objectNode();
                for (int i = 0; i < value.size(); i++) {
                    Field field = type.fields().get(i);
                    String name = field.name() == null ? "field" + i : field.name();
                    items.set(name, json(field.type(), value.get(i)));
                }
                yield items;
            }
            default -> value;
        };
    }
}
