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

    void forget(Transaction tx) {
        tx.update("DELETE FROM pipeline_rename WHERE pipeline = ?", pipeline);
    }
}
