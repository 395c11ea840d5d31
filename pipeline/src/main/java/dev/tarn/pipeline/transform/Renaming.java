package dev.tarn.pipeline.transform;

import dev.tarn.pipeline.job.Block;
import dev.tarn.pipeline.job.Option;
import dev.tarn.pipeline.job.Option.Kind;
import dev.tarn.pipeline.job.OptionTable;
import dev.tarn.pipeline.job.Setting;
import dev.tarn.pipeline.row.Columns;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/// New names by SeaTunnel's rules: one that is named for itself, or else the last replacement that
/// finds something, upper or lower case, prefix and suffix. A replacement is found in the old name
/// and put where it was found, after the case has changed.
final class Renaming {
    static final OptionTable TABLE_RENAME =
            Fields.table(
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

    static Transform ofTable(Block block, Columns from) {
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

    private final Map<String, String> specific = new LinkedHashMap<>();
    private final List<Rule> rules = new ArrayList<>();
    private final String letters;
    private final String prefix;
    private final String suffix;

    /// @param pattern null if `from` is a whole name
    private record Rule(String from, @Nullable Pattern pattern, String to) {
        boolean finds(String name) {
            return pattern == null ? from.equals(name) : pattern.matcher(name).find();
        }
    }

    Renaming(Block block) {
        this.letters = block.text("convert_case").toUpperCase(Locale.ROOT);
        if (!List.of("", "UPPER", "LOWER").contains(letters)) {
            block.problem("convert_case", "expected UPPER or LOWER, found '%s'".formatted(letters));
        }
        this.prefix = block.text("prefix").strip();
        this.suffix = block.text("suffix").strip();
        for (Setting setting : list(block, "specific")) {
            String from = text(setting, "field_name");
            String to = text(setting, "target_name");
            if (from == null || to == null) {
                block.problem("specific", "expected { field_name, target_name }");
            } else {
                specific.put(from, to);
            }
        }
        for (Setting setting : list(block, "replacements_with_regex")) {
            String from = text(setting, "replace_from");
            String to = text(setting, "replace_to");
            if (from == null || to == null) {
                block.problem("replacements_with_regex", "expected { replace_from, replace_to }");
                continue;
            }
            try {
                boolean plain = !"true".equals(text(setting, "is_regex"));
                rules.add(new Rule(from, plain ? null : Pattern.compile(from), to.strip()));
            } catch (PatternSyntaxException e) {
                block.problem(
                        "replacements_with_regex",
                        "not a regular expression, %s: '%s'".formatted(e.getDescription(), from));
            }
        }
    }

    private static List<Setting> list(Block block, String option) {
        Setting setting = block.settingOrNull(option);
        List<Setting> list = setting == null ? null : setting.listOrNull();
        return list == null ? List.of() : list;
    }

    private static @Nullable String text(Setting setting, String key) {
        SequencedMap<String, Setting> map = setting.mapOrNull();
        Setting value = map == null ? null : map.get(key);
        return value == null ? null : value.text();
    }

    String renamed(String name) {
        String own = specific.get(name);
        if (own != null) {
            return own;
        }
        String cased =
                switch (letters) {
                    case "UPPER" -> name.toUpperCase(Locale.ROOT);
                    case "LOWER" -> name.toLowerCase(Locale.ROOT);
                    default -> name;
                };
        return prefix + replaced(name, cased) + suffix;
    }

    private String replaced(String name, String cased) {
        Rule last = null;
        for (Rule rule : rules) {
            last = rule.finds(name) ? rule : last;
        }
        if (last == null) {
            return cased;
        }
        if (last.pattern() == null) {
            return last.to();
        }
        var result = new StringBuilder();
        int behind = 0;
        for (Matcher found = last.pattern().matcher(name); found.find(); ) {
            result.append(cased, behind, found.start()).append(last.to());
            behind = found.end();
        }
        return result.append(cased.substring(behind)).toString();
    }
}
