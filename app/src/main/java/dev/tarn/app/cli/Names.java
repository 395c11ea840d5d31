package dev.tarn.app.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Dotted names, parts with a dot of their own in double quotes: `sales."eu.west".orders`.
final class Names {

    private Names() {}

    static List<String> parse(String text) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' && quoted && i + 1 < text.length() && text.charAt(i + 1) == '"') {
                part.append('"');
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == '.' && !quoted) {
                parts.add(part.toString());
                part.setLength(0);
            } else {
                part.append(c);
            }
        }
        parts.add(part.toString());
        if (quoted || parts.contains("")) {
            throw new CommandException(
                    "Not a name: %s; expected parts with dots between, a part with a dot in double quotes"
                            .formatted(text));
        }
        return parts;
    }

    static String print(List<String> parts) {
        return parts.stream().map(Names::printPart).collect(Collectors.joining("."));
    }

    private static String printPart(String part) {
        return part.contains(".") || part.contains("\"") || part.isEmpty()
                ? "\"" + part.replace("\"", "\"\"") + "\""
                : part;
    }
}
