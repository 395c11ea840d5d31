package dev.tarn.pipeline.row;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// Finds the columns of a file from its first rows: a column has the narrowest of bigint, double,
/// boolean, date, timestamp that fits all its values, else it is a string.
///
/// A number with a leading zero is a string, because it is a code. Text in JSON may become a date
/// or a timestamp but never a number. All columns may be null; one without a value is a string.
public final class Inference {
    /// How many rows are looked at.
    public static final int ROWS_MAX = 10_000;

    private static final Pattern WHOLE = Pattern.compile("-?(0|[1-9]\\d{0,17})");
    private static final Pattern REAL =
            Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][-+]?\\d+)?");

    private sealed interface Kind {
        /// Nothing seen but nulls.
        record Empty() implements Kind {}

        record Plain(Type type) implements Kind {}

        record Struct(SequencedMap<String, Kind> fields) implements Kind {}

        record Array(Kind element) implements Kind {}
    }

    private static final Kind EMPTY = new Kind.Empty();
    private static final Kind STRING = new Kind.Plain(Types.StringType.get());
    private static final Kind LONG = new Kind.Plain(Types.LongType.get());
    private static final Kind DOUBLE = new Kind.Plain(Types.DoubleType.get());
    private static final Kind BOOLEAN = new Kind.Plain(Types.BooleanType.get());
    private static final Kind DATE = new Kind.Plain(Types.DateType.get());
    private static final Kind TIMESTAMP = new Kind.Plain(Types.TimestampType.withoutZone());

    private final Formats formats;
    private final SequencedMap<String, Kind> columns = new LinkedHashMap<>();
    private int lastId;

    public Inference(Formats formats) {
        this.formats = formats;
    }

    /// Declares a column, so that it is there even if no row has a value.
    public void column(String name) {
        columns.putIfAbsent(name, EMPTY);
    }

    /// Looks at a value of a CSV file.
    public void text(String name, @Nullable String value) {
        if (value != null) {
            columns.merge(name, ofText(value), Inference::merge);
        }
    }

    /// Looks at a row of a JSON file.
    public void row(JsonNode row) {
        row.properties()
                .forEach(e -> columns.merge(e.getKey(), ofJson(e.getValue()), Inference::merge));
    }

    public Schema schema() {
        List<Types.NestedField> fields = new ArrayList<>();
        columns.forEach(
                (name, kind) -> fields.add(Types.NestedField.optional(++lastId, name, type(kind))));
        return new Schema(fields);
    }

    private Kind ofText(String value) {
        String text = value.strip();
        if (WHOLE.matcher(text).matches()) {
            return LONG;
        }
        if (REAL.matcher(text).matches()) {
            return DOUBLE;
        }
        if (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")) {
            return BOOLEAN;
        }
        return ofTime(text);
    }

    private Kind ofTime(String text) {
        if (text.isEmpty() || text.length() > 40) {
            return STRING;
        }
        try {
            formats.readDate(text);
            return DATE;
        } catch (Misfit e) {
            // Not a date; perhaps a timestamp.
        }
        try {
            formats.readDatetime(text);
            return TIMESTAMP;
        } catch (Misfit e) {
            return STRING;
        }
    }

    private Kind ofJson(JsonNode node) {
        return switch (node.getNodeType()) {
            case NULL, MISSING -> EMPTY;
            case BOOLEAN -> BOOLEAN;
            case NUMBER -> node.canConvertToLong() && node.isIntegralNumber() ? LONG : DOUBLE;
            case OBJECT -> {
                SequencedMap<String, Kind> fields = new LinkedHashMap<>();
                node.properties().forEach(e -> fields.put(e.getKey(), ofJson(e.getValue())));
                yield fields.isEmpty() ? STRING : new Kind.Struct(fields);
            }
            case ARRAY -> {
                Kind element = EMPTY;
                for (JsonNode child : node) {
                    element = merge(element, ofJson(child));
                }
                yield new Kind.Array(element);
            }
            default -> ofTime(node.asText());
        };
    }

    private static Kind merge(Kind a, Kind b) {
        if (a.equals(b) || b instanceof Kind.Empty) {
            return a;
        }
        if (a instanceof Kind.Empty) {
            return b;
        }
        if (a instanceof Kind.Struct(var left) && b instanceof Kind.Struct(var right)) {
            SequencedMap<String, Kind> fields = new LinkedHashMap<>(left);
            for (Map.Entry<String, Kind> entry : right.entrySet()) {
                fields.merge(entry.getKey(), entry.getValue(), Inference::merge);
            }
            return new Kind.Struct(fields);
        }
        if (a instanceof Kind.Array(var left) && b instanceof Kind.Array(var right)) {
            return new Kind.Array(merge(left, right));
        }
        if ((a.equals(LONG) && b.equals(DOUBLE)) || (a.equals(DOUBLE) && b.equals(LONG))) {
            return DOUBLE;
        }
        return STRING;
    }

    private Type type(Kind kind) {
        return switch (kind) {
            case Kind.Empty() -> Types.StringType.get();
            case Kind.Plain(Type type) -> type;
            case Kind.Array(Kind element) -> {
                int id = ++lastId;
                yield Types.ListType.ofOptional(id, type(element));
            }
            case Kind.Struct(var fields) -> {
                List<Types.NestedField> nested = new ArrayList<>();
                fields.forEach((name, child) -> {
                    int id = ++lastId;
                    nested.add(Types.NestedField.optional(id, name, type(child)));
                });
                yield Types.StructType.of(nested);
            }
        };
    }
}
