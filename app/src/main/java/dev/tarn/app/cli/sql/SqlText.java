package dev.tarn.app.cli.sql;

import java.util.ArrayList;
import java.util.List;

/// A text taken apart at the semicolons that end a statement, those in quotes and comments left
/// alone.
///
/// @param statements the complete ones, without their semicolon, and those that are only spaces and
///   comments left out
/// @param rest what follows the last semicolon, blank if nothing but spaces and comments
record SqlText(List<Part> statements, Part rest) {

    /// A piece of the text and the line, counted from one, that it begins in.
    record Part(String sql, int line, boolean isBlank) {}

    SqlText {
        statements = List.copyOf(statements);
    }

    /// All statements, the last of them perhaps without a semicolon.
    List<Part> all() {
        if (rest.isBlank()) {
            return statements;
        }
        List<Part> all = new ArrayList<>(statements);
        all.add(rest);
        return all;
    }

    static SqlText parse(String text) {
        List<Part> statements = new ArrayList<>();
        int start = 0;
        boolean blank = true;
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c == '\'' || c == '"') {
                i = after(text, i + 1, String.valueOf(c));
                blank = false;
            } else if (text.startsWith("--", i)) {
                i = after(text, i, "\n");
            } else if (text.startsWith("/*", i)) {
                i = after(text, i + 2, "*/");
            } else if (c == ';') {
                Part part = part(text, start, i, blank);
                if (!blank) {
                    statements.add(part);
                }
                start = i + 1;
                blank = true;
                i++;
            } else {
                blank &= Character.isWhitespace(c);
                i++;
            }
        }
        return new SqlText(statements, part(text, start, text.length(), blank));
    }

    /// The place behind the end mark. A doubled quote closes and opens again, which comes to the
    /// same.
    private static int after(String text, int from, String end) {
        int found = text.indexOf(end, from);
        return found < 0 ? text.length() : found + end.length();
    }

    private static Part part(String text, int start, int end, boolean blank) {
        int first = start;
        while (first < end && Character.isWhitespace(text.charAt(first))) {
            first++;
        }
        int line = 1 + (int) text.substring(0, first).chars().filter(c -> c == '\n').count();
        return new Part(text.substring(first, end).stripTrailing(), line, blank);
    }
}
