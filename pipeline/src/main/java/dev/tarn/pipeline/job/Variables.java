package dev.tarn.pipeline.job;

import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Replaces `${name}` and `${name:default}` inside text. A variable comes from the caller, else
/// from the environment, else its default; without any it is a problem.
///
/// Names such as `${table_name}` belong to the sink and are left as they are.
final class Variables {
    static final Set<String> PLACEHOLDERS =
            Set.of(
                    "database_name",
                    "schema_name",
                    "table_name",
                    "schema_full_name",
                    "table_full_name",
                    "primary_key",
                    "unique_key",
                    "field_names",
                    "partition_keys");

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^:{}]+)(?::([^}]*))?}");

    private final Map<String, String> given;
    private final Map<String, String> environment;
    private final Problems problems;

    Variables(Map<String, String> given, Map<String, String> environment, Problems problems) {
        this.given = given;
        this.environment = environment;
        this.problems = problems;
    }

    String replace(String text, int line) {
        if (!text.contains("${")) {
            return text;
        }
        Matcher matcher = VARIABLE.matcher(text);
        var replaced = new StringBuilder();
        while (matcher.find()) {
            String name = matcher.group(1).strip();
            String value =
                    PLACEHOLDERS.contains(name)
                            ? matcher.group()
                            : valueOf(name, matcher.group(2), line);
            matcher.appendReplacement(replaced, Matcher.quoteReplacement(value));
        }
        return matcher.appendTail(replaced).toString();
    }

    private String valueOf(String name, @Nullable String fallback, int line) {
        String value = given.get(name);
        if (value == null) {
            value = environment.get(name);
        }
        if (value == null) {
            value = fallback;
        }
        if (value == null) {
            problems.add(line, unset(name));
            return "";
        }
        return value;
    }

    static String unset(String name) {
        return "variable %s has no value, give it with -i %s=..., or a default as \"${%s:default}\""
                .formatted(name, name, name);
    }
}
