package dev.tarn.pipeline.source.mysql;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads from a statement of the log which tables have no rows any more behind it.
final class Emptied {
    private static final String NAME = "(`(?:[^`]|``)+`|\"[^\"]+\"|[\\w$\\u0080-\\uffff]+)";
    private static final String PATH = NAME + "(?:\\s*\\.\\s*" + NAME + ")?";
    private static final String END = "\\s*;?\\s*(?:/\\*.*)?$";

    private static final Pattern TRUNCATE =
            pattern("TRUNCATE\\s+(?:TABLE\\s+)?" + PATH + "(?:\\s+(?:WAIT\\s+\\d+|NOWAIT))?" + END);

    private static final Pattern UNREAD = pattern("TRUNCATE\\b");

    private static final Pattern DROP =
            pattern("DROP\\s+TABLES?\\s+(?:IF\\s+EXISTS\\s+)?(?:/\\*.*?\\*/\\s*)?(.*)");

    private static final Pattern REPLACE =
            pattern("CREATE\\s+OR\\s+REPLACE\\s+TABLE\\s+" + PATH + ".*");

    private static final Pattern DROP_DATABASE =
            pattern("DROP\\s+(?:DATABASE|SCHEMA)\\s+(?:IF\\s+EXISTS\\s+)?" + NAME + END);

    private static final Pattern TABLE = Pattern.compile("\\G\\s*,?\\s*" + PATH);

    /// Takes some rows away, or brings some, which the log does not have.
    private static final Pattern PARTLY =
            Pattern.compile(
                    "\\b(?:(?:DROP|TRUNCATE|EXCHANGE|IMPORT|DISCARD|CONVERT)\\s+PARTITION|CONVERT\\s+TABLE|(?:IMPORT|DISCARD)\\s+TABLESPACE)\\b",
                    Pattern.CASE_INSENSITIVE);

    private static final Pattern ALTER =
            pattern("ALTER\\s+(?:(?:ONLINE|IGNORE)\\s+)*TABLE\\s+(?:IF\\s+EXISTS\\s+)?" + PATH);

    private static final Pattern TWO =
            Pattern.compile("\\b(?:EXCHANGE|CONVERT)\\b", Pattern.CASE_INSENSITIVE);

    private static final Pattern QUOTED =
            Pattern.compile("'(?:[^'\\\\]|\\\\.|'')*'|`(?:[^`]|``)*`|\"[^\"]*\"");

    private Emptied() {}

    private static Pattern pattern(String statement) {
        return Pattern.compile(
                "^(?:/\\*.*?\\*/|--[^\\n]*\\n|\\s)*" + statement,
                Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    }

    /// Whether all rows of a table went, or the table itself did.
    ///
    /// @param database that names without one are of
    /// @param anyCase whether the server takes names in any case for the same
    /// @throws IllegalArgumentException if that cannot be told
    static boolean is(MyName table, String database, String statement, boolean anyCase) {
        for (Pattern one : List.of(TRUNCATE, REPLACE)) {
            Matcher found = one.matcher(statement);
            if (found.matches()) {
                return same(table, name(found.group(1), found.group(2), database), anyCase);
            }
        }
        if (UNREAD.matcher(statement).find()) {
            throw new IllegalArgumentException("expected TRUNCATE TABLE name, found " + statement);
        }
        Matcher dropped = DROP.matcher(statement);
        if (dropped.matches()) {
            return TABLE.matcher(dropped.group(1))
                    .results()
                    .map((MatchResult each) -> name(each.group(1), each.group(2), database))
                    .anyMatch(name -> same(table, name, anyCase));
        }
        Matcher gone = DROP_DATABASE.matcher(statement);
        return gone.matches()
                && same(table, new MyName(bare(gone.group(1)), table.table()), anyCase);
    }

    private static boolean same(MyName table, MyName other, boolean anyCase) {
        return anyCase
                ? table.database().equalsIgnoreCase(other.database())
                        && table.table().equalsIgnoreCase(other.table())
                : table.equals(other);
    }

    /// Whether it changes which rows a table has, and the log does not say which.
    ///
    /// @param database that names without one are of
    /// @param anyCase whether the server takes names in any case for the same
    static boolean isPartly(MyName table, String database, String statement, boolean anyCase) {
        if (!PARTLY.matcher(QUOTED.matcher(statement).replaceAll("''")).find()) {
            return false;
        }
        Matcher altered = ALTER.matcher(statement);
        return !altered.find()
                || same(table, name(altered.group(1), altered.group(2), database), anyCase)
                // The other one, whose rows go there.
                || TWO.matcher(statement).find();
    }

    private static MyName name(String first, @Nullable String second, String database) {
        return second == null
                ? new MyName(database, bare(first))
                : new MyName(bare(first), bare(second));
    }

    /// A name without its quotes.
    static String bare(String name) {
        return switch (name.charAt(0)) {
            case '`' -> name.substring(1, name.length() - 1).replace("``", "`");
            case '"' -> name.substring(1, name.length() - 1);
            default -> name;
        };
    }
}
