package dev.tarn.pipeline.job;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// One plugin of a job: the options that were given, checked against the table of those that exist.
/// Old names have become new ones.
public final class Block {
    /// The option by which one source has several tables, each with options of its own.
    private static final String PARTS = "tables_configs";

    private final OptionTable table;
    private final int line;
    private final SequencedMap<String, Setting> settings;
    private final Problems problems;
    private final List<Block> parts = new ArrayList<>();

    private Block(
            OptionTable table,
            int line,
            SequencedMap<String, Setting> settings,
            Problems problems) {
        this.table = table;
        this.line = line;
        this.settings = settings;
        this.problems = problems;
    }

    /// Takes the options one by one: unknown, refused, missing and misshapen ones are problems.
    static Block check(
            OptionTable table, int line, SequencedMap<String, Setting> given, Problems problems) {
        SequencedMap<String, Setting> settings = new LinkedHashMap<>();
        var block = new Block(table, line, settings, problems);
        given.forEach((name, setting) -> {
            Optional<Option> known = table.find(name);
            if (known.isEmpty()) {
                String hint =
                        table.nearest(name).map(near -> ", did you mean " + near + "?").orElse("");
                block.problem(name, setting.line(), "unknown option" + hint);
                return;
            }
            Option option = known.get();
            switch (option.standing()) {
                case REFUSED ->
                        block.problem(
                                name,
                                setting.line(),
                                "not supported by this runner: " + option.meaning());
                case HONOURED, NO_EFFECT -> {
                    if (!option.kind().accepts(setting)) {
                        block.problem(
                                name,
                                setting.line(),
                                "expected %s, found %s"
                                        .formatted(option.kind().words, setting.kind()));
                    } else if (settings.putIfAbsent(option.name(), setting) != null) {
                        block.problem(
                                name,
                                setting.line(),
                                "given twice, under its old and its new name");
                    }
                }
            }
        });
        if (settings.containsKey(PARTS)) {
            block.part(given);
            return block;
        }
        for (Option option : table.options()) {
            if (option.required() && !settings.containsKey(option.name())) {
                boolean misshapen =
                        given.containsKey(option.name())
                                || option.oldNames().stream().anyMatch(given::containsKey);
                if (!misshapen) {
                    block.problem(option.name(), line, "missing, required");
                }
            }
        }
        return block;
    }

    /// Each part has the options of the whole, and its own in their place.
    private void part(SequencedMap<String, Setting> given) {
        Setting list = settings.get(PARTS);
        List<Setting> each = list == null ? null : list.listOrNull();
        SequencedMap<String, Setting> common = new LinkedHashMap<>(given);
        common.remove(PARTS);
        table.require(PARTS).oldNames().forEach(common::remove);
        for (Setting one : each == null ? List.<Setting>of() : each) {
            SequencedMap<String, Setting> own = one.mapOrNull();
            if (own == null) {
                problem(PARTS, one.line(), "expected a block, found " + one.kind());
                continue;
            }
            SequencedMap<String, Setting> all = new LinkedHashMap<>(common);
            all.putAll(own);
            parts.add(check(table, one.line(), all, problems));
        }
        if (parts.isEmpty()) {
            problem(PARTS, "expected at least one table");
        }
    }

    /// A block for each of its `tables_configs`; none if it has no such option.
    public List<Block> parts() {
        return List.copyOf(parts);
    }

    public String plugin() {
        return table.plugin();
    }

    public int line() {
        return line;
    }

    public boolean has(String name) {
        return settings.containsKey(name);
    }

    public @Nullable String textOrNull(String name) {
        Setting setting = settings.get(name);
        return setting != null ? setting.text() : table.require(name).fallback();
    }

    /// The text, or the default, or empty if there is neither (which was reported already).
    public String text(String name) {
        String text = textOrNull(name);
        return text == null ? "" : text;
    }

    public long number(String name) {
        String text = text(name);
        return text.isEmpty() ? 0 : (long) Double.parseDouble(text);
    }

    /// A number within limits; outside of them is a problem.
    public long number(String name, long min, long max) {
        long number = number(name);
        if (number < min || number > max) {
            problem(name, "expected %s to %s, found %s".formatted(min, max, number));
            return min;
        }
        return number;
    }

    public boolean truth(String name) {
        return Boolean.parseBoolean(text(name));
    }

    /// A list of texts, written as a list or as one text with commas outside parentheses.
    public List<String> texts(String name) {
        Setting setting = settings.get(name);
        if (setting == null) {
            return List.of();
        }
        List<Setting> list = setting.listOrNull();
        return list != null
                ? list.stream().map(Setting::text).toList()
                : splitAtCommas(setting.text());
    }

    private static List<String> splitAtCommas(String text) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            char c = i == text.length() ? ',' : text.charAt(i);
            if (c == '(') {
                depth++;
            } else if (c == ')') {
                depth--;
            } else if (c == ',' && (depth <= 0 || i == text.length())) {
                String part = text.substring(start, i).strip();
                if (!part.isEmpty()) {
                    parts.add(part);
                }
                start = i + 1;
            }
        }
        return parts;
    }

    public @Nullable Setting settingOrNull(String name) {
        return settings.get(name);
    }

    /// A block of free keys, flattened: `a { b = 1 }` is `a.b = 1`.
    public SequencedMap<String, String> texts(String name, Map<String, String> fallback) {
        SequencedMap<String, String> flat = new LinkedHashMap<>();
        Setting setting = settings.get(name);
        if (setting == null) {
            flat.putAll(fallback);
        } else {
            flatten("", setting, flat);
        }
        return flat;
    }

    private static void flatten(String prefix, Setting setting, Map<String, String> into) {
        SequencedMap<String, Setting> map = setting.mapOrNull();
        if (map == null) {
            into.put(prefix, setting.text());
            return;
        }
        map.forEach(
                (key, value) -> flatten(prefix.isEmpty() ? key : prefix + "." + key, value, into));
    }

    /// One of the constants of an enumeration, in any case.
    public <E extends Enum<E>> E oneOf(String name, Class<E> type) {
        String text = text(name);
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equalsIgnoreCase(text)) {
                return constant;
            }
        }
        problem(
                name,
                "expected one of %s, found '%s'"
                        .formatted(List.of(type.getEnumConstants()).toString(), text));
        return type.getEnumConstants()[0];
    }

    public void problem(String option, String text) {
        Setting setting = settings.get(option);
        problem(option, setting == null ? line : setting.line(), text);
    }

    public void problem(String option, int atLine, String text) {
        problems.add(atLine > 0 ? atLine : line, table.plugin() + "." + option + ": " + text);
    }
}
