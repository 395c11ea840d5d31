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
    private final Renames renames;
    private final List<String> notes;
    private final Map<String, PgTable> tables = new HashMap<>();
    private final Map<Integer, Relation> relations = new HashMap<>();

    /// A table as the log has it.
    ///
    /// @param tableOrNull none if it is not read
    /// @param given names of its columns
    /// @param named what they are called now, as far as is known
    /// @param columns for each column of the table that of the log, -1 if it is not there
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Relation(
            @Nullable PgTable tableOrNull, List<String> given, List<String> named, int[] columns) {
        static final Relation UNREAD = new Relation(null, List.of(), List.of(), new int[0]);
    }

    /// @param renames columns that rows from before have under other names
    /// @param notes gets what a reader of the summary should know
    PgRelations(Connection sql, List<PgTable> tables, Renames renames, List<String> notes) {
        this.sql = sql;
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
        Relation before = relations.getOrDefault(id, Relation.UNREAD);
        relations.put(id, table == null ? Relation.UNREAD : matched(table, columns, before));
    }

    /// What the log has may be older than the table: only what the table is now, and was not at the
    /// start, is a change.
    private Relation matched(PgTable table, List<String> given, Relation before)
            throws SQLException, IOException {
        Schema now = PgCatalog.columns(sql, table.name()).schema();
        if (!table.isLike(now)) {
            throw new SourceChangedException(
                    "Table %s has other columns since the run began".formatted(table.name()),
                    table.renamedIn(now));
        }
        List<String> columns = table.columnNames();
        List<String> logged = named(table, given, before, columns);
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
        return new Relation(table, given, logged, places);
    }

    /// The names of now. A name that is known neither now nor before is that of the column in whose
    /// place it stands: columns keep their places, and new ones come last.
    private List<String> named(
            PgTable table, List<String> given, Relation before, List<String> now) {
        List<String> named = new ArrayList<>();
        for (String column : given) {
            String later =
                    now.contains(column)
                            ? null
                            : renames.nowOrNull(table.name().path(), column, now);
            named.add(later == null || given.contains(later) ? column : later);
        }
        for (int i = 0; i < given.size() && given.size() == before.given().size(); i++) {
            String inPlace = before.named().get(i);
            boolean isUnknown = !now.contains(named.get(i));
            if (isUnknown
                    && now.contains(inPlace)
                    && !named.contains(inPlace)
                    && !given.contains(before.given().get(i))) {
                named.set(i, inPlace);
            }
        }
        return named;
    }

    private void note(String note) {
        if (!notes.contains(note)) {
            notes.add(note);
        }
    }
}
