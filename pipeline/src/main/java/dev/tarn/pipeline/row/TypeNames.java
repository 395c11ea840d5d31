package dev.tarn.pipeline.row;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.job.Nearest;
import dev.tarn.pipeline.job.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// SeaTunnel's names of types, as Iceberg types. Numbers the fields as it goes.
///
/// `timestamp` is Iceberg's timestamp without a zone: what the file says is what the table holds.
public final class TypeNames {
    private static final Pattern DECIMAL =
            Pattern.compile("decimal\\s*\\(\\s*(\\d+)\\s*,\\s*(\\d+)\\s*\\)");
    private static final Pattern ARRAY = Pattern.compile("array\\s*<(.*)>");
    private static final Pattern MAP = Pattern.compile("map\\s*<(.*)>");
    private static final List<String> NAMES =
            List.of(
                    "string",
                    "boolean",
                    "tinyint",
                    "smallint",
                    "int",
                    "bigint",
                    "float",
                    "double",
                    "decimal",
                    "bytes",
                    "date",
                    "time",
                    "timestamp",
                    "array",
                    "map");

    private int lastId;

    int nextId() {
        return ++lastId;
    }

    /// The type a setting names: text, or a block for a row in the row.
    public Type type(Block block, String option, Setting setting) {
        SequencedMap<String, Setting> fields = setting.mapOrNull();
        if (fields != null) {
            List<Types.NestedField> nested = new ArrayList<>();
            fields.forEach((name, type) ->
                    nested.add(
                            Types.NestedField.optional(nextId(), name, type(block, option, type))));
            return Types.StructType.of(nested);
        }
        Type type = named(setting.text().strip().toLowerCase(Locale.ROOT));
        if (type == null) {
            String hint =
                    Nearest.of(setting.text(), NAMES)
                            .map(near -> ", did you mean " + near + "?")
                            .orElse(", expected one of " + String.join(", ", NAMES));
            block.problem(
                    option, setting.line(), "unknown type '%s'%s".formatted(setting.text(), hint));
            return Types.StringType.get();
        }
        return type;
    }

    private @Nullable Type named(String name) {
        return switch (name) {
            case "string", "null" -> Types.StringType.get();
            case "boolean" -> Types.BooleanType.get();
            case "tinyint", "smallint", "int" -> Types.IntegerType.get();
            case "bigint" -> Types.LongType.get();
            case "float" -> Types.FloatType.get();
            case "double" -> Types.DoubleType.get();
            case "bytes" -> Types.BinaryType.get();
            case "date" -> Types.DateType.get();
            case "time" -> Types.TimeType.get();
            case "timestamp" -> Types.TimestampType.withoutZone();
            default -> composed(name);
        };
    }

    private @Nullable Type composed(String name) {
        Matcher decimal = DECIMAL.matcher(name);
        if (decimal.matches()) {
            int precision = Integer.parseInt(decimal.group(1));
            int scale = Integer.parseInt(decimal.group(2));
            return precision >= 1 && precision <= 38 && scale <= precision
                    ? Types.DecimalType.of(precision, scale)
                    : null;
        }
        Matcher array = ARRAY.matcher(name);
        if (array.matches()) {
            int id = nextId();
            Type element = named(array.group(1).strip());
            return element == null ? null : Types.ListType.ofOptional(id, element);
        }
        Matcher map = MAP.matcher(name);
        if (map.matches()) {
            int comma = map.group(1).indexOf(',');
            if (comma < 0) {
                return null;
            }
            int keyId = nextId();
            int valueId = nextId();
            Type key = named(map.group(1).substring(0, comma).strip());
            Type value = named(map.group(1).substring(comma + 1).strip());
            return key == null || value == null
                    ? null
                    : Types.MapType.ofOptional(keyId, valueId, key, value);
        }
        return null;
    }
}
