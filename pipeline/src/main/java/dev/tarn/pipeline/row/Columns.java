package dev.tarn.pipeline.row;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.job.Nearest;
import dev.tarn.pipeline.job.Setting;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// What a source gives: its columns, and the names a sink's placeholders ask for.
///
/// @param path `database.table` or `database.schema.table`, null if the job does not say
public record Columns(Schema schema, @Nullable String path, List<String> primaryKey) {
    private static final List<String> SCHEMA_KEYS =
            List.of(
                    "fields",
                    "columns",
                    "primaryKey",
                    "table",
                    "comment",
                    "schema_first",
                    "constraintKeys");
    private static final List<String> COLUMN_KEYS =
            List.of(
                    "name",
                    "type",
                    "nullable",
                    "columnLength",
                    "columnScale",
                    "defaultValue",
                    "comment");

    public Columns {
        primaryKey = List.copyOf(primaryKey);
    }

    /// Reads the option `schema` of a source; null if it is not given.
    public static @Nullable Columns of(Block block) {
        Setting setting = block.settingOrNull("schema");
        SequencedMap<String, Setting> given = setting == null ? null : setting.mapOrNull();
        if (setting == null || given == null) {
            return null;
        }
        unknownKeys(block, "schema", given, SCHEMA_KEYS);
        if (given.containsKey("constraintKeys")) {
            block.problem(
                    "schema.constraintKeys",
                    given.get("constraintKeys").line(),
                    "not supported by this runner: Iceberg tables have no such constraints");
        }
        List<String> primaryKey = primaryKey(block, given.get("primaryKey"));
        var types = new TypeNames();
        List<Types.NestedField> fields = new ArrayList<>();
        Setting shortForm = given.get("fields");
        Setting longForm = given.get("columns");
        if (shortForm != null && shortForm.mapOrNull() != null) {
            shortForm
                    .mapOrNull()
                    .forEach((name, type) ->
                            fields.add(
                                    field(
                                            types.nextId(),
                                            name,
                                            types.type(block, "schema.fields." + name, type),
                                            primaryKey.contains(name),
                                            null)));
        } else if (longForm != null && longForm.listOrNull() != null) {
            for (Setting column : longForm.listOrNull()) {
                SequencedMap<String, Setting> keys = column.mapOrNull();
                Setting name = keys == null ? null : keys.get("name");
                Setting type = keys == null ? null : keys.get("type");
                if (keys == null || name == null || type == null) {
                    block.problem("schema.columns", column.line(), "expected { name, type }");
                    continue;
                }
                unknownKeys(block, "schema.columns", keys, COLUMN_KEYS);
                if (keys.containsKey("defaultValue")) {
                    block.problem(
                            "schema.columns.defaultValue",
                            column.line(),
                            "not supported by this runner: a missing value is null");
                }
                Setting nullable = keys.get("nullable");
                Setting comment = keys.get("comment");
                fields.add(
                        field(
                                types.nextId(),
                                name.text(),
                                types.type(block, "schema.columns." + name.text(), type),
                                primaryKey.contains(name.text())
                                        || (nullable != null && nullable.text().equals("false")),
                                comment == null ? null : comment.text()));
            }
        }
        if (fields.isEmpty()) {
            block.problem(
                    "schema", setting.line(), "expected fields { name = type } with at least one");
            return null;
        }
        Set<String> names = new HashSet<>();
        fields.forEach(f -> {
            if (!names.add(f.name())) {
                block.problem("schema", setting.line(), "column " + f.name() + " is there twice");
            }
        });
        for (String key : primaryKey) {
            if (!names.contains(key)) {
                block.problem("schema.primaryKey", setting.line(), "there is no column " + key);
            }
        }
        Setting path = given.get("table");
        return new Columns(new Schema(fields), path == null ? null : path.text(), primaryKey);
    }

    private static Types.NestedField field(
            int id, String name, Type type, boolean required, @Nullable String comment) {
        return Types.NestedField.builder()
                .withId(id)
                .withName(name)
                .ofType(type)
                .isOptional(!required)
                .withDoc(comment)
                .build();
    }

    private static List<String> primaryKey(Block block, @Nullable Setting setting) {
        SequencedMap<String, Setting> keys = setting == null ? null : setting.mapOrNull();
        Setting names = keys == null ? null : keys.get("columnNames");
        if (setting == null) {
            return List.of();
        }
        if (names == null || names.listOrNull() == null) {
            block.problem("schema.primaryKey", setting.line(), "expected { columnNames = [...] }");
            return List.of();
        }
        return names.listOrNull().stream().map(Setting::text).toList();
    }

    private static void unknownKeys(
            Block block, String option, Map<String, Setting> given, List<String> known) {
        given.forEach((name, setting) -> {
            if (!known.contains(name)) {
                String hint =
                        Nearest.of(name, known)
                                .map(near -> ", did you mean " + near + "?")
                                .orElse("");
                block.problem(option + "." + name, setting.line(), "unknown option" + hint);
            }
        });
    }

    /// The columns where none needs a value: those of a row of which perhaps only the key is known.
    public Schema loose() {
        return new Schema(schema.columns().stream().map(Types.NestedField::asOptional).toList());
    }

    /// These columns only, in this order; a name that is not there is a problem.
    public Columns select(Block block, String option, List<String> names) {
        if (names.isEmpty()) {
            return this;
        }
        List<Types.NestedField> picked = new ArrayList<>();
        List<String> all = schema.columns().stream().map(Types.NestedField::name).toList();
        for (String name : names) {
            Types.NestedField field = schema.findField(name);
            if (field == null) {
                String hint =
                        Nearest.of(name, all)
                                .map(near -> ", did you mean " + near + "?")
                                .orElse("");
                block.problem(option, "there is no column " + name + hint);
            } else {
                picked.add(field);
            }
        }
        return picked.isEmpty() ? this : new Columns(new Schema(picked), path, primaryKey);
    }
}
