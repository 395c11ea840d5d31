package dev.tarn.pipeline.source.fake;

import dev.tarn.pipeline.job.Option;
import dev.tarn.pipeline.job.Option.Kind;
import dev.tarn.pipeline.job.OptionTable;
import java.util.ArrayList;
import java.util.List;

/// The options of the plugin.
final class FakeTable {
    /// Types that have a range and a template.
    static final List<String> NUMBERS =
            List.of("tinyint", "smallint", "int", "bigint", "float", "double");

    static final OptionTable OPTIONS =
            new OptionTable(
                    "FakeSource",
                    "Made-up rows, the same in every run. A `tinyint` or `smallint` column is an"
                            + " Iceberg `int`.",
                    options());

    private FakeTable() {}

    private static List<Option> options() {
        List<Option> options = new ArrayList<>();
        options.add(Option.required("schema", Kind.MAP, "`fields` or `columns`, see above."));
        options.add(Option.honoured("row.num", Kind.NUMBER, "5", "Rows in all."));
        options.add(
                Option.honoured(
                        "rows",
                        Kind.LIST,
                        null,
                        "The rows themselves, `{ kind = INSERT, fields = [...] }`; instead of"
                                + " `row.num`."));
        options.add(Option.honoured("split.num", Kind.NUMBER, "1", "Parts the rows are read in."));
        options.add(Option.honoured("string.length", Kind.NUMBER, "5", "Letters of a string."));
        options.add(Option.honoured("bytes.length", Kind.NUMBER, "5", "Length of bytes."));
        options.add(Option.honoured("array.size", Kind.NUMBER, "5", "Elements of an array."));
        options.add(Option.honoured("map.size", Kind.NUMBER, "5", "Entries of a map, at most."));
        for (String type : NUMBERS) {
            options.add(Option.honoured(type + ".min", Kind.TEXT, null, "The least " + type + "."));
            options.add(
                    Option.honoured(type + ".max", Kind.TEXT, null, "The greatest " + type + "."));
        }
        for (String type : NUMBERS) {
            options.add(
                    Option.honoured(type + ".template", Kind.LIST, null, "Values to choose from."));
        }
        options.add(Option.honoured("string.template", Kind.LIST, null, "Values to choose from."));
        for (String type : NUMBERS) {
            options.add(
                    Option.withoutEffect(
                            type + ".fake.mode", Kind.TEXT, "A template is used where given."));
        }
        options.add(
                Option.withoutEffect(
                        "string.fake.mode", Kind.TEXT, "A template is used where given."));
        options.add(
                Option.withoutEffect(
                        "split.read-interval", Kind.NUMBER, "Rows come as fast as they can."));
        options.add(
                Option.honoured("plugin_output", Kind.TEXT, null, "The name sinks take it by.")
                        .formerly("result_table_name"));
        options.add(Option.withoutEffect("parallelism", Kind.NUMBER, "The runner decides."));
        options.add(
                Option.honoured(
                        "tables_configs",
                        Kind.LIST,
                        null,
                        "Several tables, a block of options for each; an option that stands beside"
                                + " it is meant for all."));
        options.add(Option.refused("auto.increment.enabled", "values are random"));
        options.add(Option.refused("auto.increment.start", "values are random"));
        options.add(Option.refused("vector.dimension", "there are no vectors"));
        options.add(Option.refused("vector.float.min", "there are no vectors"));
        options.add(Option.refused("vector.float.max", "there are no vectors"));
        return options;
    }
}
