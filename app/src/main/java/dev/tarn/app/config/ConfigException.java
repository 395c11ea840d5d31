package dev.tarn.app.config;

import java.util.List;

/// The configuration cannot be used; tells everything that is wrong with it.
public final class ConfigException extends RuntimeException {
    private final List<String> problems;

    public ConfigException(List<String> problems) {
        super(
                problems.size() == 1
                        ? "Configuration: " + problems.getFirst()
                        : "Configuration has %d errors:\n  %s"
                                .formatted(problems.size(), String.join("\n  ", problems)));
        this.problems = List.copyOf(problems);
    }

    public List<String> problems() {
        return problems;
    }
}
