package dev.tarn.pipeline.source.mysql;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads from an `ALTER TABLE` which columns it renames: `RENAME COLUMN a TO b`, `CHANGE a b int`.
final class Renamed {
    private static final Pattern TEXT = Pattern.compile("'(?:[^'\\\\]|\\\\.|'')*'");
    private static final String NAME = "(`(?:[^`]|``)+`|\"[^\"]+\"|[\\w$\\u0080-\\uffff]+)";
    private static final Pattern RENAME =
            Pattern.compile(
                    "\\bRENAME\\s+COLUMN\\s+(?:IF\\s+EXISTS\\s+)?%s\\s+TO\\s+%s"
                            .formatted(NAME, NAME),
                    Pattern.CASE_INSENSITIVE);
    private static final Pattern CHANGE =
            Pattern.compile(
                    "\\bCHANGE\\s+(?:COLUMN\\s+)?(?:IF\\s+EXISTS\\s+)?%s\\s+%s\\s"
                            .formatted(NAME, NAME),
                    Pattern.CASE_INSENSITIVE);

    private static final Pattern ADD_OR_DROP =
            Pattern.compile("\\b(ADD|DROP)\\b", Pattern.CASE_INSENSITIVE);

    private Renamed() {}

    /// The new name of each old one.
    ///
    /// @param before columns that the table had
    /// @param now those it has, perhaps after later statements
    static Map<String, String> in(
            String statement, Collection<String> before, Collection<String> now) {
        String bare = TEXT.matcher(statement).replaceAll("''");
        Map<String, String> renamed = new HashMap<>();
        for (Pattern pattern : new Pattern[] {RENAME, CHANGE}) {
            pattern.matcher(bare).results().forEach(found -> add(renamed, found, before, now));
        }
        return renamed;
    }

    /// Whether the statement may have added or dropped a column.
    static boolean addsOrDrops(String statement) {
        return ADD_OR_DROP.matcher(TEXT.matcher(statement).replaceAll("''")).find();
    }

    private static void add(
            Map<String, String> renamed,
            MatchResult found,
            Collection<String> before,
            Collection<String> now) {
        String old = Emptied.bare(found.group(1));
        String from = exactOrNull(old, before);
        String given = Emptied.bare(found.group(2));
        // One that is not there was renamed again since.
        String to = Objects.requireNonNullElse(exactOrNull(given, now), given);
        if (from == null && before.contains(to)) {
            // What was taken for the columns before is of a later statement, perhaps this one.
            renamed.put(old, to);
        } else if (from != null && !from.equals(to)) {
            renamed.put(from, to);
        }
    }

    /// The server takes names in any case for the same.
    private static @Nullable String exactOrNull(String name, Collection<String> columns) {
        if (columns.contains(name)) {
            return name;
        }
        return columns.stream().filter(name::equalsIgnoreCase).findFirst().orElse(null);
    }
}
