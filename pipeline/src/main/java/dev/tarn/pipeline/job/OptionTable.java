package dev.tarn.pipeline.job;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The options of one plugin. The reference page is generated from these tables.
public record OptionTable(String plugin, String summary, List<Option> options) {

    public OptionTable {
        options = List.copyOf(options);
    }

    /// @param shared options that other plugins have too, behind its own
    @SafeVarargs
    public static OptionTable of(
            String plugin, String summary, List<Option> own, List<Option>... shared) {
        List<Option> all = new ArrayList<>(own);
        for (List<Option> options : shared) {
            all.addAll(options);
        }
        return new OptionTable(plugin, summary, all);
    }

    /// The option of this name, or with this old name.
    public Optional<Option> find(String name) {
        return options.stream()
                .filter(o -> o.name().equals(name) || o.oldNames().contains(name))
                .findFirst();
    }

    Option require(String name) {
        return find(name)
                .orElseThrow(
                        () -> new IllegalStateException(plugin + " declares no option " + name));
    }

    /// The known name most like `name`, if any is like it at all.
    public Optional<String> nearest(String name) {
        List<String> names = new ArrayList<>();
        options.forEach(o -> names.add(o.name()));
        return Nearest.of(name, names);
    }

    /// The table as a section of the reference page.
    public String markdown() {
        var page = new StringBuilder();
        page.append("## ").append(plugin).append("\n\n").append(summary).append("\n\n");
        page.append("| option | value | default | standing | meaning |\n|---|---|---|---|---|\n");
        for (Option option : options) {
            page.append("| `").append(option.name()).append('`');
            option.oldNames().forEach(old -> page.append(" (old: `").append(old).append("`)"));
            page.append(" | ").append(option.kind().words).append(" | ");
            if (option.required()) {
                page.append("required");
            } else if (option.fallback() != null) {
                page.append('`').append(option.fallback().replace("|", "\\|")).append('`');
            }
            page.append(" | ").append(option.standing().words).append(" | ");
            page.append(option.meaning().replace("|", "\\|")).append(" |\n");
        }
        return page.toString();
    }
}
