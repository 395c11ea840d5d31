package dev.tarn.pipeline.source.postgres;

import dev.tarn.pipeline.source.Renames;
import dev.tarn.pipeline.source.SourceChangedException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Schema;
import org.jspecify.annotations.Nullable;

/// Which columns the log's rows have, table by table, as the log tells before the first of them.
final class PgRelations {
    private final Connection sql;
    private final Map<String, Map<Integer, String>> layout;
    private final Renames renames;
    private final List<String> notes;
    private final Map<String, PgTable> tables = new HashMap<>();
    private final Map<Integer, Relation> relations = new HashMap<>();

    /// A table as the log has it.
    ///
    /// @param tableOrNull none if it is not read
    /// @param columns for each column of the table that of the log, -1 if it is not there
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Relation(@Nullable PgTable tableOrNull, int[] columns) {
        static final Relation UNREAD = new Relation(null, new int[0]);
    }

    /// @param layout columns by table and number at the place where the reading begins
    /// @param renames columns that rows from before have under other names
    /// @param notes gets what a reader of the summary should know
    PgRelations(
            Connection sql,
            List<PgTable> tables,
            Map<String, Map<Integer, String>> layout,
            Renames renames,
            List<String> notes) {
        this.sql = sql;
        this.layout = layout;
        this.renames = renames;
        this.notes = notes;
        tables.forEach(table -> this.tables.put(table.name().toString(), table));
    }

    /// @throws IOException if the log has not told
    Relation require(int id) throws IOException {
        Relation relation = relations.get(id);
        if (relation == null) {
            throw new IOException(
                    "The log has a row of table number %s before its columns".formatted(id));
        }
        return relation;
    }

    /// The table with this number, null if it is none that is read.
    @Nullable PgTable tableOrNull(int id) {
        return relations.getOrDefault(id, Relation.UNREAD).tableOrNull();
    }

    /// The log tells of a table.
    ///
    /// @param name `schema.table`
    /// @throws SourceChangedException if it has other columns than at the start
    void put(int id, String name, List<String> columns) throws SQLException, IOException {
        PgTable table = tables.get(name);
        relations.put(id, table == null ? Relation.UNREAD : matched(id, table, columns));
    }

    /// What the log has may be older than the table: only what the table is now, and was not at the
    /// start, is a change.
    private Relation matched(int id, PgTable table, List<String> given)
            throws SQLException, IOException {
        Schema now = PgCatalog.columns(sql, table.name()).schema();
        if (!table.isLike(now)) {
            throw new SourceChangedException(
                    "Table %s has other columns since the run began".formatted(table.name()),
                    Renames.NONE);
        }
        List<String> columns = table.columnNames();
        List<String> logged = named(id, table, given, columns);
        for (String column : logged) {
            if (!columns.contains(column)) {
                note(
                        "Table %s had a column %s, which is there no more; its values are left out"
                                .formatted(table.name(), column));
            }
        }
        int[] places = new int[columns.size()];
        for (int i = 0; i < places.length; i++) {
            places[i] = logged.indexOf(columns.get(i));
            if (places[i] < 0) {
                note(
                        "Table %s: rows from before it had the column %s, it is null there"
                                .formatted(table.name(), columns.get(i)));
            }
        }
        return new Relation(table, places);
    }

    /// The names of now. Columns keep their places, and new ones come last: where none was dropped
    /// since, the n-th is the n-th still, whatever its name was.
    private List<String> named(int id, PgTable table, List<String> given, List<String> now)
            throws SQLException {
        if (now.containsAll(given)) {
            return given;
        }
        List<String> inPlace = now.subList(0, Math.min(now.size(), given.size()));
        if (id == table.oid()
                && given.size() <= now.size()
                && noneDroppedSince(table)
                && agree(given, inPlace, now)) {
            return inPlace;
        }
        List<String> named = new ArrayList<>();
        for (String column : given) {
            String later =
                    now.contains(column)
                            ? null
                            : renames.nowOrNull(table.name().path(), column, now);
            named.add(later == null || given.contains(later) ? column : later);
        }
        return named;
    }

    /// Whether columns whose names are those of now are where they would be.
    private static boolean agree(List<String> given, List<String> inPlace, List<String> now) {
        for (int i = 0; i < given.size(); i++) {
            if (now.contains(given.get(i)) && !given.get(i).equals(inPlace.get(i))) {
                return false;
            }
        }
        return true;
    }

    /// Since the place where the reading began.
    private boolean noneDroppedSince(PgTable table) throws SQLException {
        Map<Integer, String> then = layout.get(table.name().toString());
        if (then == null || then.isEmpty()) {
            return false;
        }
        int last = then.keySet().stream().mapToInt(Integer::intValue).max().orElse(0);
        for (int number : PgCatalog.dropped(sql, table.name())) {
            if (number > last || then.containsKey(number)) {
                return false;
            }
        }
        return true;
    }

    private void note(String note) {
        if (!notes.contains(note)) {
            notes.add(note);
        }
    }
}
