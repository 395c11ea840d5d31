package dev.tarn.pipeline;

import dev.tarn.pipeline.source.Renames;
import dev.tarn.store.Database;
import dev.tarn.store.Migration;
import dev.tarn.store.Transaction;
import java.util.HashMap;
import java.util.Map;

/// What a pipeline knows of columns that were renamed at its sources. Written with the commit
/// before the change, so that a run which begins behind it knows as well.
final class Renaming {
    static final Migration MIGRATION =
            new Migration(
                    5,
                    "columns that were renamed",
                    """
                    CREATE TABLE pipeline_rename (
                      pipeline ${text} NOT NULL,
                      source_table ${text} NOT NULL,
                      old_name ${text} NOT NULL,
                      new_name ${text} NOT NULL,
                      PRIMARY KEY (pipeline, source_table, old_name));
                    CREATE TABLE pipeline_column (
                      pipeline ${text} NOT NULL,
                      source_table ${text} NOT NULL,
                      number INTEGER NOT NULL,
                      name ${text} NOT NULL,
                      PRIMARY KEY (pipeline, source_table, number));
                    """);

    private record Row(String table, String old, String now) {}

    private final Database database;
    private final String pipeline;

    Renaming(Database database, String pipeline) {
        this.database = database;
        this.pipeline = pipeline;
    }

    Renames all() {
        Map<String, Map<String, String>> byTable = new HashMap<>();
        database.read(tx ->
                        tx.query(
                                "SELECT source_table, old_name, new_name FROM pipeline_rename"
                                        + " WHERE pipeline = ?",
                                row -> new Row(row.string(1), row.string(2), row.string(3)),
                                pipeline))
                .forEach(row ->
                        byTable.computeIfAbsent(row.table(), _ -> new HashMap<>())
                                .put(row.old(), row.now()));
        return new Renames(byTable);
    }

    void save(Transaction tx, Renames renames) {
        renames.byTable()
                .forEach((table, names) -> names.forEach((old, now) -> save(tx, table, old, now)));
    }

    private void save(Transaction tx, String table, String old, String now) {
        tx.update(
                "DELETE FROM pipeline_rename WHERE pipeline = ? AND source_table = ? AND"
                        + " old_name = ?",
                pipeline,
                table,
                old);
        tx.update(
                "INSERT INTO pipeline_rename (pipeline, source_table, old_name, new_name)"
                        + " VALUES (?, ?, ?, ?)",
                pipeline,
                table,
                old,
                now);
    }

    /// The columns of a table by their numbers when it was looked at before; none if it was not.
    Map<Integer, String> columns(String table) {
        Map<Integer, String> columns = new HashMap<>();
        database.read(tx ->
                        tx.query(
                                "SELECT number, name FROM pipeline_column WHERE pipeline = ? AND"
                                        + " source_table = ?",
                                row -> Map.entry((int) row.number(1), row.string(2)),
                                pipeline,
                                table))
                .forEach(column -> columns.put(column.getKey(), column.getValue()));
        return columns;
    }

    void saveColumns(Transaction tx, String table, Map<Integer, String> columns) {
        tx.update(
                "DELETE FROM pipeline_column WHERE pipeline = ? AND source_table = ?",
                pipeline,
                table);
        columns.forEach((number, name) ->
                tx.update(
                        "INSERT INTO pipeline_column (pipeline, source_table, number, name)"
                                + " VALUES (?, ?, ?, ?)",
                        pipeline,
                        table,
                        number,
                        name));
    }
}
