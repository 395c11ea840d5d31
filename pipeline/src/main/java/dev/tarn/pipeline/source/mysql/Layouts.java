package dev.tarn.pipeline.source.mysql;

import com.github.shyiko.mysql.binlog.event.TableMapEventData;
import dev.tarn.pipeline.source.Renames;
import dev.tarn.pipeline.source.SourceChangedException;
import dev.tarn.pipeline.source.jdbc.Sql;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Which columns the log's rows have, table by table, at the place that is being read.
final class Layouts {
    private static final Set<String> CHANGES = Set.of("ALTER", "RENAME", "DROP", "CREATE");
    private static final Set<String> ROWS = Set.of("INSERT", "UPDATE", "DELETE", "REPLACE", "LOAD");

    private static final Pattern DATABASE =
            Pattern.compile("^\\s*DROP\\s+(DATABASE|SCHEMA)\\b", Pattern.CASE_INSENSITIVE);

    /// Numbers of types in the log (MySQL's `enum_field_types`).
    private static final int STRING = 254;

    private final Connection sql;
    private final boolean narrow;
    private final Renames renames;
    private final List<String> notes;
    private final Map<MyName, MyTable> tables = new HashMap<>();
    private final Map<MyName, List<String>> columns = new HashMap<>();
    private final Map<MyName, Pattern> words = new HashMap<>();

    /// Tables whose rows have a column that is there no more, and lack one that is there now: a
    /// statement that is still to come may say that they are one.
    private final Set<MyName> doubtful = new HashSet<>();

    /// @param stored of [#toString()] at the place where the reading begins; null if that is now
    /// @param renames columns that rows from before have under other names
    /// @param notes gets what a reader of the summary should know
    Layouts(
            Connection sql,
            boolean narrow,
            List<MyTable> tables,
            @Nullable String stored,
            Renames renames,
            List<String> notes) {
        this.sql = sql;
        this.narrow = narrow;
        this.renames = renames;
        this.notes = notes;
        Map<MyName, List<String>> before = stored == null ? Map.of() : parsed(stored);
        for (MyTable table : tables) {
            MyName name = table.name();
            this.tables.put(name, table);
            columns.put(name, before.getOrDefault(name, table.shape().logged()));
            words.put(
                    name,
                    Pattern.compile(
                            "(?<![\\w$])" + Pattern.quote(name.table()) + "(?![\\w$])",
                            Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE));
        }
    }

    /// The table of the rows that follow.
    Relation relation(TableMapEventData map) throws IOException {
        int[] types = types(map);
        MyTable table = tables.get(new MyName(map.getDatabase(), map.getTable()));
        if (table == null) {
            return new Relation(null, types, new int[0]);
        }
        List<String> named =
                map.getEventMetadata() == null ? null : map.getEventMetadata().getColumnNames();
        List<String> logged =
                named == null || named.isEmpty()
                        ? columns.getOrDefault(table.name(), List.of())
                        : named;
        if (logged.size() != types.length) {
            throw unknown(table, "it has %s columns, expected %s".formatted(types.length, logged));
        }
        List<String> wanted = table.columnNames();
        logged = namedAsNow(table.name(), logged, wanted);
        for (String column : logged) {
            if (!wanted.contains(column)) {
                note(
                        "Table %s had a column %s, which is there no more; its values are left out"
                                .formatted(table.name(), column));
            }
        }
        if (mayBeRenamed(logged, wanted)) {
            doubtful.add(table.name());
        }
        int[] places = new int[wanted.size()];
        for (int i = 0; i < places.length; i++) {
            places[i] = logged.indexOf(wanted.get(i));
            if (places[i] < 0) {
                note(
                        "Table %s: rows from before it had the column %s, it is null there"
                                .formatted(table.name(), wanted.get(i)));
            } else if (!isReadAs(table.shape().values().get(i).kind(), types[places[i]])) {
                throw unknown(
                        table,
                        "column %s is of type number %s, expected %s"
                                .formatted(
                                        wanted.get(i),
                                        types[places[i]],
                                        table.shape().values().get(i).kind()));
            }
        }
        return new Relation(table, types, places);
    }

    private static boolean mayBeRenamed(List<String> logged, List<String> wanted) {
        return !wanted.containsAll(logged) && !logged.containsAll(wanted);
    }

    private List<String> namedAsNow(MyName table, List<String> logged, List<String> wanted) {
        List<String> named = new ArrayList<>();
        for (String column : logged) {
            String now = renames.nowOrNull(table.toString(), column, wanted);
            boolean isRenamed = now != null && !wanted.contains(column) && !logged.contains(now);
            named.add(isRenamed ? now : column);
        }
        return named;
    }

    private static IOException unknown(MyTable table, String what) {
        return new IOException(
                "The log has rows of table %s from before it changed, and does not name their columns: %s. Set binlog_row_metadata = FULL where the server knows it, and run the job with --again"
                        .formatted(table.name(), what));
    }

    private static int[] types(TableMapEventData map) {
        byte[] types = map.getColumnTypes();
        int[] numbers = new int[types.length];
        for (int i = 0; i < types.length; i++) {
            numbers[i] = types[i] & 0xff;
            int real = map.getColumnMetadata()[i] >> 8;
            if (numbers[i] == STRING && (real == 247 || real == 248)) {
                numbers[i] = real;
            }
        }
        return numbers;
    }

    private static boolean isReadAs(String kind, int type) {
        return switch (kind) {
            case "tinyint", "smallint", "mediumint", "int", "bigint" ->
                    type == 1 || type == 2 || type == 3 || type == 8 || type == 9;
            case "float", "double" -> type == 4 || type == 5;
            case "decimal" -> type == 246;
            case "bit" -> type == 16;
            case "year" -> type == 13;
            case "date" -> type == 10 || type == 14;
            case "time" -> type == 11 || type == 19;
            case "datetime" -> type == 12 || type == 18;
            case "timestamp" -> type == 7 || type == 17;
            case "json" -> type == 245;
            case "vector" -> type == 242;
            case "enum" -> type == 247;
            case "set" -> type == 248;
            // Text and bytes of any length.
            default ->
                    MyColumn.isSpatial(kind)
                            ? type == 255
                            : type == 15 || (type >= 249 && type <= STRING);
        };
    }

    /// What the log says between the rows.
    ///
    /// @param word the first of the statement
    /// @return tables that have no rows any more
    /// @throws SourceChangedException if a table has other columns than at the start
    List<MyTable> statement(String database, String word, String text)
            throws IOException, SQLException {
        boolean changes = CHANGES.contains(word);
        boolean rows = ROWS.contains(word);
        if (!changes && !rows && !word.equals("TRUNCATE")) {
            return List.of();
        }
        List<MyTable> emptied = new ArrayList<>();
        for (MyTable table : tables.values()) {
            MyName name = table.name();
            Pattern pattern = words.get(name);
            boolean there =
                    pattern != null
                            && (pattern.matcher(text).find() || DATABASE.matcher(text).find())
                            && (name.database().equalsIgnoreCase(database)
                                    || text.toLowerCase(Locale.ROOT)
                                            .contains(name.database().toLowerCase(Locale.ROOT)));
            if (!there) {
                continue;
            }
            if (rows) {
                throw new IOException(
                        "The log has a statement about table %s instead of its rows: binlog_format must be ROW in all sessions"
                                .formatted(name));
            }
            boolean anyCase = !Sql.text(sql, "SELECT @@global.lower_case_table_names").equals("0");
            if (word.equals("ALTER") && Emptied.isPartly(name, database, text, anyCase)) {
                throw new IOException(
                        "Table %s lost or got rows that the log does not have, by '%s': run the job with --again and data_save_mode = DROP_DATA"
                                .formatted(name, text));
            }
            if (isEmptied(name, database, text, anyCase)) {
                emptied.add(table);
            }
            if (!changes) {
                continue;
            }
            MyShape now = MyShape.of(sql, name, narrow);
            List<String> before = columns.getOrDefault(name, List.of());
            Map<String, String> renamed = Renamed.in(text, before, now.logged());
            Renames found = Renames.of(name.toString(), renamed);
            if (!table.isLike(now)) {
                throw new SourceChangedException(
                        "Table %s has other columns since the run began".formatted(name), found);
            }
            if (!renames.has(found)) {
                throw SourceChangedException.late(
                        "Table %s has other names for columns since the last run".formatted(name),
                        found);
            }
            // What the server has may be of later statements; those that rename tell by themselves.
            boolean onlyNames = !renamed.isEmpty() && !Renamed.addsOrDrops(text);
            List<String> after =
                    onlyNames
                            ? before.stream().map(c -> renamed.getOrDefault(c, c)).toList()
                            : now.logged();
            columns.put(name, after);
            if (!mayBeRenamed(after, table.columnNames())) {
                doubtful.remove(name);
            }
        }
        return emptied;
    }

    private static boolean isEmptied(MyName table, String database, String text, boolean anyCase)
            throws IOException {
        try {
            return Emptied.is(table, database, text, anyCase);
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    "Table %s may have been truncated: %s. Run the job with --again and data_save_mode = DROP_DATA"
                            .formatted(table, e.getMessage()),
                    e);
        }
    }

    /// Whether rows were read whose columns may turn out to be others.
    boolean areInDoubt() {
        return !doubtful.isEmpty();
    }

    private void note(String note) {
        if (!notes.contains(note)) {
            notes.add(note);
        }
    }

    /// `database.table=column,column` a line, each name as in a URL.
    @Override
    public String toString() {
        List<String> lines = new ArrayList<>();
        columns.forEach((name, list) ->
                lines.add(
                        encoded(name.database())
                                + "/"
                                + encoded(name.table())
                                + "="
                                + list.stream()
                                        .map(Layouts::encoded)
                                        .collect(Collectors.joining(","))));
        lines.sort(null);
        return String.join("\n", lines);
    }

    private static Map<MyName, List<String>> parsed(String text) {
        Map<MyName, List<String>> parsed = new HashMap<>();
        for (String line : text.split("\n")) {
            int slash = line.indexOf('/');
            int equals = line.indexOf('=');
            if (slash > 0 && equals > slash) {
                parsed.put(
                        new MyName(
                                decoded(line.substring(0, slash)),
                                decoded(line.substring(slash + 1, equals))),
                        Arrays.stream(line.substring(equals + 1).split(","))
                                .map(Layouts::decoded)
                                .toList());
            }
        }
        return parsed;
    }

    private static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8);
    }

    private static String decoded(String name) {
        return URLDecoder.decode(name, StandardCharsets.UTF_8);
    }
}
