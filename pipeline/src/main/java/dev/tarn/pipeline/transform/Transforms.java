package dev.tarn.pipeline.transform;

import com.jayway.jsonpath.InvalidPathException;
import com.jayway.jsonpath.JsonPath;
import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.job.Nearest;
import dev.tarn.pipeline.job.Option;
import dev.tarn.pipeline.job.Option.Kind;
import dev.tarn.pipeline.job.OptionTable;
import dev.tarn.pipeline.job.Setting;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.row.RowKind;
import dev.tarn.pipeline.row.TypeNames;
import dev.tarn.pipeline.transform.Projection.Picked;
import dev.tarn.pipeline.transform.sql.Query;
import dev.tarn.pipeline.transform.sql.SqlProblem;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// Makes the transforms of a job from their blocks.
public final class Transforms {
    private static final OptionTable FIELD_MAPPER =
            table(
                    "FieldMapper",
                    "Keeps the named columns only, in this order and with new names.",
                    Option.required(
                            "field_mapper", Kind.MAP, "`{ old = new }`, for each column kept."));

    private static final OptionTable FILTER =
            table(
                    "Filter",
                    "Keeps or leaves out columns.",
                    Option.honoured(
                                    "include_fields",
                                    Kind.LIST,
                                    null,
                                    "The columns kept, in this order.")
                            .formerly("fields"),
                    Option.honoured("exclude_fields", Kind.LIST, null, "The columns left out."));

    private static final OptionTable FILTER_ROW_KIND =
            table(
                    "FilterRowKind",
                    "Keeps or leaves out rows by what they tell of. Rows of files are `INSERT`.",
                    Option.honoured("include_kinds", Kind.LIST, null, "The kinds kept."),
                    Option.honoured("exclude_kinds", Kind.LIST, null, "The kinds left out."));

    private static final OptionTable COPY =
            table(
                    "Copy",
                    "Copies columns to the end, under other names.",
                    Option.honoured("fields", Kind.MAP, null, "`{ new = old }`, in their order."),
                    Option.honoured("src_field", Kind.TEXT, null, "One column, with `dest_field`."),
                    Option.honoured("dest_field", Kind.TEXT, null, "The name of its copy."));

    private static final OptionTable REPLACE =
            table(
                    "Replace",
                    "Replaces text in a column of strings.",
                    Option.required("replace_field", Kind.TEXT, "The column."),
                    Option.required("pattern", Kind.TEXT, "What is replaced."),
                    Option.required("replacement", Kind.TEXT, "What stands there instead."),
                    Option.honoured(
                            "is_regex",
                            Kind.TRUTH,
                            "false",
                            "Whether `pattern` is a regular expression of Java, and `$1` in"
                                    + " `replacement` its first group."),
                    Option.honoured(
                            "replace_first",
                            Kind.TRUTH,
                            "false",
                            "Only the first place, where `is_regex` is true."));

    private static final OptionTable SPLIT =
            table(
                    "Split",
                    "Cuts a column of strings into further columns, at the end. What has fewer"
                            + " parts leaves null, the last part has what is left.",
                    Option.required("separator", Kind.TEXT, "A regular expression of Java."),
                    Option.required("split_field", Kind.TEXT, "The column, which stays."),
                    Option.required("output_fields", Kind.LIST, "Names of the parts."));

    private static final OptionTable FIELD_RENAME =
            table(
                    "FieldRename",
                    "Renames columns by rules.",
                    Option.honoured(
                            "specific",
                            Kind.LIST,
                            null,
                            "`[{ field_name, target_name }]`: names of their own, to which nothing"
                                    + " else is done."),
                    Option.honoured("convert_case", Kind.TEXT, null, "`UPPER` or `LOWER`."),
                    Option.honoured(
                            "replacements_with_regex",
                            Kind.LIST,
                            null,
                            "`[{ replace_from, replace_to, is_regex }]`: the last one that finds"
                                + " something in the old name; without `is_regex` a whole name."),
                    Option.honoured("prefix", Kind.TEXT, null, "Before the name, at last."),
                    Option.honoured("suffix", Kind.TEXT, null, "Behind it."));

    private static final OptionTable TABLE_RENAME =
            table(
                    "TableRename",
                    "Renames the tables that sinks fill in, by rules; database and schema stay.",
                    Option.honoured("convert_case", Kind.TEXT, null, "`UPPER` or `LOWER`."),
                    Option.honoured(
                            "replacements_with_regex",
                            Kind.LIST,
                            null,
                            "`[{ replace_from, replace_to, is_regex }]`: the last one that finds"
                                    + " something in the old name; without `is_regex` a whole"
                                    + " name."),
                    Option.honoured("prefix", Kind.TEXT, null, "Before the name, at last."),
                    Option.honoured("suffix", Kind.TEXT, null, "Behind it."));

    private static final OptionTable METADATA =
            table(
                    "Metadata",
                    "Adds columns of text that tell where a row comes from.",
                    Option.required(
                            "metadata_fields",
                            Kind.MAP,
                            "`{ Database = column, Table = column, RowKind = column }`, some of"
                                    + " them; a kind is `+I`, `-U`, `+U` or `-D`."));

    private static final OptionTable ROW_KIND_EXTRACTOR =
            table(
                    "RowKindExtractor",
                    "Tells the kind of each row in a column and makes all rows inserts: a history"
                            + " instead of the state, without a key.",
                    Option.honoured(
                            "custom_field_name", Kind.TEXT, "row_kind", "The name of the column."),
                    Option.honoured(
                            "transform_type",
                            Kind.TEXT,
                            "SHORT",
                            "`SHORT`: `+I`, `-U`, `+U`, `-D`. `FULL`: `INSERT`, ..."));

    private static final OptionTable JSON_PATH =
            table(
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

    private static final OptionTable SQL =
            table(
                    "Sql",
                    "The columns and rows of a query, `select a, upper(b) as c from t where d > 1`."
                            + " One table, by any name; no joins, groups, order, limits or"
                            + " sub-queries. `case`, `cast`, `in`, `between`, `like`, `is null`,"
                            + " `||`, arithmetic (exact: what does not fit ends the run) and the"
                            + " functions "
                            + String.join(", ", Query.functions())
                            + ". Text is compared with a date or number as one. Times are UTC.",
                    Option.required("query", Kind.TEXT, "The query."),
                    Option.withoutEffect("engine", Kind.TEXT, "There is one."));

    /// All there are. The reference page is printed from them.
    public static final List<OptionTable> OPTIONS =
            List.of(
                    FIELD_MAPPER,
                    FILTER,
                    FILTER_ROW_KIND,
                    COPY,
                    REPLACE,
                    SPLIT,
                    FIELD_RENAME,
                    TABLE_RENAME,
                    METADATA,
                    ROW_KIND_EXTRACTOR,
                    JSON_PATH,
                    SQL);

    private Transforms() {}

    private static OptionTable table(String plugin, String summary, Option... own) {
        List<Option> options = new ArrayList<>(List.of(own));
        options.add(
                Option.honoured(
                                "plugin_input",
                                Kind.ANY,
                                null,
                                "The source or transform it takes. Default: the one before.")
                        .formerly("source_table_name"));
        options.add(
                Option.honoured("plugin_output", Kind.TEXT, null, "The name others take it by.")
                        .formerly("result_table_name"));
        options.add(
                Option.honoured(
                        "table_match_regex",
                        Kind.TEXT,
                        null,
                        "A regular expression of Java for `database.schema.table`: tables that it"
                                + " does not match as a whole pass by. Default: all."));
        options.add(Option.refused("table_transform", "add a transform with table_match_regex"));
        return new OptionTable(plugin, summary, options);
    }

    /// The transform of a block, applied to these columns. What is wrong becomes a problem of the
    /// block.
    public static Transform of(Block block, Columns from) {
        String tables = block.textOrNull("table_match_regex");
        if (tables != null
                && !pattern(block, "table_match_regex", tables)
                        .matcher(from.path() == null ? "" : from.path())
                        .matches()) {
            return new Same(from);
        }
        return switch (block.plugin()) {
            case "FieldMapper" -> fieldMapper(block, from);
            case "Filter" -> filter(block, from);
            case "FilterRowKind" -> filterRowKind(block, from);
            case "Copy" -> copy(block, from);
            case "Replace" -> replace(block, from);
            case "Split" -> split(block, from);
            case "TableRename" -> tableRename(block, from);
            case "Metadata" -> metadata(block, from);
            case "RowKindExtractor" -> rowKindExtractor(block, from);
            case "JsonPath" -> jsonPath(block, from);
            case "Sql" -> sql(block, from);
            default -> fieldRename(block, from);
        };
    }

    private static Transform fieldMapper(Block block, Columns from) {
        List<Picked> picked = new ArrayList<>();
        block.texts("field_mapper", Map.of())
                .forEach((old, name) -> pick(block, "field_mapper", from, old, name, picked));
        return projection(block, "field_mapper", from, picked);
    }

    private static Transform filter(Block block, Columns from) {
        List<Picked> picked = new ArrayList<>();
        boolean keeps = block.has("include_fields");
        if (keeps == block.has("exclude_fields")) {
            block.problem("include_fields", "expected either include_fields or exclude_fields");
        }
        if (keeps) {
            for (String name : block.texts("include_fields")) {
                pick(block, "include_fields", from, name, name, picked);
            }
            return projection(block, "include_fields", from, picked);
        }
        Set<Integer> out = new HashSet<>();
        for (String name : block.texts("exclude_fields")) {
            out.add(require(block, "exclude_fields", from, name));
        }
        for (int i = 0; i < from.schema().columns().size(); i++) {
            if (!out.contains(i)) {
                picked.add(new Picked(i, name(from, i)));
            }
        }
        return projection(block, "exclude_fields", from, picked);
    }

    private static Transform filterRowKind(Block block, Columns from) {
        boolean includes = block.has("include_kinds");
        String option = includes ? "include_kinds" : "exclude_kinds";
        if (includes == block.has("exclude_kinds")) {
            block.problem(option, "expected either include_kinds or exclude_kinds");
        }
        Set<RowKind> named = EnumSet.noneOf(RowKind.class);
        for (String kind : block.texts(option)) {
            try {
                named.add(RowKind.valueOf(kind.toUpperCase(Locale.ROOT)));
            } catch (IllegalArgumentException e) {
                block.problem(
                        option,
                        "expected INSERT, UPDATE_BEFORE, UPDATE_AFTER or DELETE, found '%s'"
                                .formatted(kind));
            }
        }
        return new Kinds(
                from,
                includes
                        ? Set.copyOf(named)
                        : Set.copyOf(EnumSet.complementOf(EnumSet.copyOf(named))));
    }

    private static List<Picked> allOf(Columns from) {
        List<Picked> all = new ArrayList<>();
        for (int i = 0; i < from.schema().columns().size(); i++) {
            all.add(new Picked(i, name(from, i)));
        }
        return all;
    }

    private static Transform copy(Block block, Columns from) {
        List<Picked> picked = new ArrayList<>(allOf(from));
        if (block.has("src_field") != block.has("dest_field")
                || block.has("src_field") == block.has("fields")) {
            block.problem("fields", "expected either fields, or src_field and dest_field");
        } else if (block.has("src_field")) {
            pick(
                    block,
                    "src_field",
                    from,
                    block.text("src_field"),
                    block.text("dest_field"),
                    picked);
        }
        block.texts("fields", Map.of())
                .forEach((name, old) -> pick(block, "fields", from, old, name, picked));
        return projection(block, "fields", from, picked);
    }

    private static Transform replace(Block block, Columns from) {
        int column = requireText(block, "replace_field", from);
        String pattern = block.text("pattern");
        String replacement = block.text("replacement");
        if (!block.truth("is_regex")) {
            return new Replacing(from, column, text -> text.replace(pattern, replacement));
        }
        Pattern compiled = pattern(block, "pattern", pattern);
        return new Replacing(
                from,
                column,
                block.truth("replace_first")
                        ? text -> compiled.matcher(text).replaceFirst(replacement)
                        : text -> compiled.matcher(text).replaceAll(replacement));
    }

    private static Transform split(Block block, Columns from) {
        int column = requireText(block, "split_field", from);
        return new Splitting(
                withTexts(block, "output_fields", from, block.texts("output_fields")),
                column,
                from.schema().columns().size(),
                pattern(block, "separator", block.text("separator")));
    }

    private static Transform fieldRename(Block block, Columns from) {
        var renaming = new Renaming(block);
        List<Picked> picked = new ArrayList<>();
        for (int i = 0; i < from.schema().columns().size(); i++) {
            picked.add(new Picked(i, renaming.renamed(name(from, i))));
        }
        return projection(block, "specific", from, picked);
    }

    private static Transform tableRename(Block block, Columns from) {
        var renaming = new Renaming(block);
        String path = from.path();
        if (path == null) {
            block.problem("prefix", "the source does not name its table, set schema.table there");
            return new Same(from);
        }
        int name = path.lastIndexOf('.') + 1;
        String renamed = path.substring(0, name) + renaming.renamed(path.substring(name));
        return new Same(new Columns(from.schema(), renamed, from.primaryKey()));
    }

    private static Transform metadata(Block block, Columns from) {
        List<String> names = new ArrayList<>();
        List<@Nullable String> texts = new ArrayList<>();
        String[] path = (from.path() == null ? "" : from.path()).split("\\.");
        block.texts("metadata_fields", Map.of())
                .forEach((what, column) -> {
                    switch (what) {
                        case "Database" -> texts.add(path.length > 1 ? path[0] : "");
                        case "Table" -> texts.add(path[path.length - 1]);
                        case "RowKind" -> texts.add(null);
                        default -> {
                            block.problem(
                                    "metadata_fields",
                                    "expected Database, Table or RowKind, found '%s'"
                                            .formatted(what));
                            return;
                        }
                    }
                    names.add(column);
                });
        return new Telling(
                withTexts(block, "metadata_fields", from, names),
                from.schema().columns().size(),
                Collections.unmodifiableList(texts),
                false,
                false);
    }

    private static Transform rowKindExtractor(Block block, Columns from) {
        String type = block.text("transform_type").toUpperCase(Locale.ROOT);
        if (!List.of("SHORT", "FULL").contains(type)) {
            block.problem("transform_type", "expected SHORT or FULL, found '%s'".formatted(type));
        }
        List<String> names = List.of(block.text("custom_field_name"));
        Columns told = withTexts(block, "custom_field_name", from, names);
        return new Telling(
                // Of a row there may be several versions now.
                new Columns(told.schema(), told.path(), List.of()),
                from.schema().columns().size(),
                Collections.singletonList(null),
                type.equals("FULL"),
                true);
    }

    private static Transform jsonPath(Block block, Columns from) {
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
            int column = requireText(block, "columns", from, source.text());
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

    private static Transform sql(Block block, Columns from) {
        try {
            Query query = Query.of(block.text("query"), from.schema());
            List<Types.NestedField> fields = new ArrayList<>();
            int[] nestedId = {query.items().size()};
            Set<String> plain = new HashSet<>();
            for (Query.Item item : query.items()) {
                boolean same = item.source() >= 0;
                Types.NestedField column = same ? from.schema().columns().get(item.source()) : null;
                if (column != null && column.name().equals(item.name())) {
                    plain.add(item.name());
                }
                fields.add(
                        Types.NestedField.builder()
                                .withId(fields.size() + 1)
                                .withName(item.name())
                                .ofType(
                                        TypeUtil.assignFreshIds(
                                                item.value().type(), () -> ++nestedId[0]))
                                .isOptional(column == null || column.isOptional())
                                .build());
            }
            boolean keyed = plain.containsAll(from.primaryKey());
            return new Selecting(
                    new Columns(
                            new Schema(fields), from.path(), keyed ? from.primaryKey() : List.of()),
                    query);
        } catch (SqlProblem e) {
            block.problem("query", String.valueOf(e.getMessage()));
            return new NoRows(from);
        }
    }

    /// With further columns of text at the end.
    private static Columns withTexts(Block block, String option, Columns from, List<String> added) {
        List<Types.NestedField> fields = new ArrayList<>(from.schema().columns());
        int lastId = from.schema().highestFieldId();
        Set<String> names = new HashSet<>();
        fields.forEach(field -> names.add(field.name()));
        for (String name : added) {
            if (!names.add(name)) {
                block.problem(option, "column %s is there twice".formatted(name));
                continue;
            }
            fields.add(Types.NestedField.optional(++lastId, name, Types.StringType.get()));
        }
        return new Columns(new Schema(fields), from.path(), from.primaryKey());
    }

    private static Pattern pattern(Block block, String option, String text) {
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            block.problem(
                    option,
                    "not a regular expression, %s: '%s'".formatted(e.getDescription(), text));
            return Pattern.compile("");
        }
    }

    private static void pick(
            Block block, String option, Columns from, String old, String name, List<Picked> into) {
        int source = require(block, option, from, old);
        if (source >= 0) {
            into.add(new Picked(source, name));
        }
    }

    private static Transform projection(
            Block block, String option, Columns from, List<Picked> picked) {
        Set<String> names = new HashSet<>();
        List<Picked> once = new ArrayList<>();
        for (Picked one : picked) {
            if (names.add(one.name())) {
                once.add(one);
            } else {
                block.problem(option, "column %s is there twice".formatted(one.name()));
            }
        }
        if (once.isEmpty()) {
            block.problem(option, "no column is left");
            return new NoRows(from);
        }
        return Projection.of(from, once);
    }

    private static String name(Columns from, int column) {
        return from.schema().columns().get(column).name();
    }

    private static int requireText(Block block, String option, Columns from) {
        return requireText(block, option, from, block.text(option));
    }

    private static int requireText(Block block, String option, Columns from, String name) {
        int column = require(block, option, from, name);
        if (column >= 0 && from.schema().columns().get(column).type().typeId() != TypeID.STRING) {
            block.problem(
                    option,
                    "expected a column of strings, found %s"
                            .formatted(from.schema().columns().get(column).type()));
        }
        return Math.max(0, column);
    }

    /// The column of this name, -1 if there is none.
    private static int require(Block block, String option, Columns from, String name) {
        List<String> names = from.schema().columns().stream().map(Types.NestedField::name).toList();
        int column = names.indexOf(name);
        if (column < 0) {
            String hint =
                    Nearest.of(name, names).map(near -> ", did you mean " + near + "?").orElse("");
            block.problem(option, "there is no column " + name + hint);
        }
        return column;
    }
}
