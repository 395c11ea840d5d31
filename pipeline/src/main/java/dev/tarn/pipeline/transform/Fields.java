package dev.tarn.pipeline.transform;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.job.Nearest;
import dev.tarn.pipeline.job.Option;
import dev.tarn.pipeline.job.Option.Kind;
import dev.tarn.pipeline.job.OptionTable;
import dev.tarn.pipeline.row.Columns;
import dev.tarn.pipeline.transform.Projection.Picked;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types;

/// Columns that a transform's block names, and the options every transform has.
final class Fields {
    private Fields() {}

    static OptionTable table(String plugin, String summary, Option... own) {
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

    /// With further columns of text at the end.
    static Columns withTexts(Block block, String option, Columns from, List<String> added) {
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

    /// One that matches nothing if it is none.
    static Pattern pattern(Block block, String option, String text) {
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            block.problem(
                    option,
                    "not a regular expression, %s: '%s'".formatted(e.getDescription(), text));
            return Pattern.compile("");
        }
    }

    /// The column of this name under another one, if it is there.
    static void pick(
            Block block, String option, Columns from, String old, String name, List<Picked> into) {
        int source = require(block, option, from, old);
        if (source >= 0) {
            into.add(new Picked(source, name));
        }
    }

    static List<Picked> allOf(Columns from) {
        List<Picked> all = new ArrayList<>();
        for (int i = 0; i < from.schema().columns().size(); i++) {
            all.add(new Picked(i, name(from, i)));
        }
        return all;
    }

    /// A projection, unless a name is there twice or no column is left.
    static Transform projection(Block block, String option, Columns from, List<Picked> picked) {
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

    static String name(Columns from, int column) {
        return from.schema().columns().get(column).name();
    }

    static int requireText(Block block, String option, Columns from) {
        return requireText(block, option, from, block.text(option));
    }

    static int requireText(Block block, String option, Columns from, String name) {
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
    static int require(Block block, String option, Columns from, String name) {
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
