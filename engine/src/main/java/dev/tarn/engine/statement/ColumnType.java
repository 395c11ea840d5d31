package dev.tarn.engine.statement;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A type as Trino's protocol spells it out: `array`, `map` and `row` carry the types inside them.
public record ColumnType(String raw, List<Field> fields) {
    private static final Set<String> NUMBERS =
            Set.of("tinyint", "smallint", "integer", "bigint", "real", "double", "decimal");

    /// A type argument; only those of a `row` have names, and not always.
    public record Field(@Nullable String name, ColumnType type) {}

    public ColumnType {
        fields = List.copyOf(fields);
    }

    public boolean isNumber() {
        return NUMBERS.contains(raw);
    }

    static ColumnType parse(JsonNode signature) {
        List<Field> fields = new ArrayList<>();
        for (JsonNode argument : signature.path("arguments")) {
            JsonNode value = argument.path("value");
            switch (argument.path("kind").asText()) {
                case "TYPE" -> fields.add(new Field(null, parse(value)));
                case "NAMED_TYPE" ->
                        fields.add(
                                new Field(
                                        value.path("fieldName").path("name").asText(null),
                                        parse(value.path("typeSignature"))));
                default -> {
                    // A length or a precision: it does not change how a value reads.
                }
            }
        }
        return new ColumnType(signature.path("rawType").asText(), fields);
    }
}
