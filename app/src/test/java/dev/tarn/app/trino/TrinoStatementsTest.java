package dev.tarn.app.trino;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tarn.engine.statement.Column;
import dev.tarn.engine.statement.Session;
import dev.tarn.engine.statement.Statement;
import dev.tarn.engine.statement.StatementException;
import dev.tarn.engine.statement.Statements;
import dev.tarn.engine.statement.Values;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Every statement a lakehouse is used with, by the real Trino through the real catalog over HTTP.
///
/// Each test has a schema of its own, dropped with all that is in it at the end.
class TrinoStatementsTest {
    private static final String SCHEMA = "trino_statements";

    private Lakehouse lakehouse;
    private Statements statements;

    @BeforeEach
    void connect() throws Exception {
        lakehouse = Lakehouse.running();
        statements = new Statements(lakehouse.trino(), Session.of("test", "lake", SCHEMA));
        run("CREATE SCHEMA " + SCHEMA);
    }

    @AfterEach
    void clear() {
        run("DROP SCHEMA IF EXISTS %s CASCADE".formatted(SCHEMA));
        statements.close();
    }

    @Test
    void createTableAsSelectThenEveryWayToChangeRows() {
        run(
                """
                CREATE TABLE orders WITH (partitioning = ARRAY['month(day)'], sorted_by = ARRAY['id']) AS
                SELECT id, day, CAST(amount AS decimal(10, 2)) AS amount FROM (VALUES
                    (1, DATE '2024-01-05', DECIMAL '10.00'),
                    (2, DATE '2024-01-06', DECIMAL '20.00'),
                    (3, DATE '2024-02-01', DECIMAL '30.00')) t(id, day, amount)\
                """);
        assertThat(rows("SELECT * FROM orders ORDER BY id"))
                .containsExactly("1|2024-01-05|10.00", "2|2024-01-06|20.00", "3|2024-02-01|30.00");

        assertThat(run("INSERT INTO orders VALUES (4, DATE '2024-03-01', 40)")).isEqualTo(1);
        assertThat(run("UPDATE orders SET amount = amount + 1 WHERE id <= 2")).isEqualTo(2);
        assertThat(run("DELETE FROM orders WHERE id = 3")).isEqualTo(1);
        assertThat(
                        run(
                                """
                                MERGE INTO orders o USING (VALUES (1, 100), (2, 0), (9, 900)) s(id, amount) ON o.id = s.id
                                WHEN MATCHED AND s.amount = 0 THEN DELETE
                                WHEN MATCHED THEN UPDATE SET amount = s.amount
                                WHEN NOT MATCHED THEN INSERT VALUES (s.id, DATE '2024-09-09', s.amount)\
                                """))
                .isEqualTo(3);

        assertThat(rows("SELECT * FROM orders ORDER BY id"))
                .containsExactly(
                        "1|2024-01-05|100.00", "4|2024-03-01|40.00", "9|2024-09-09|900.00");
        assertThat(rows("SELECT sum(amount) FROM orders WHERE day >= DATE '2024-03-01'"))
                .containsExactly("940.00");
        assertThat(
                        rows(
                                "SELECT partition.day_month, record_count FROM"
                                        + " \"orders$partitions\" ORDER BY 1"))
                .contains("650|1", "656|1");
        assertThat(rows("SELECT count(*) FROM \"orders$snapshots\"")).containsExactly("5");
        assertThat(rows("SELECT operation FROM \"orders$snapshots\" ORDER BY committed_at LIMIT 2"))
                .containsExactly("append", "append");
        assertThat(rows("SELECT content, count(*) > 0 FROM \"orders$files\" GROUP BY 1 ORDER BY 1"))
                .containsExactly("0|true", "1|true");
    }

    @Test
    void deleteOfAWholePartitionTouchesNoFile() {
        run(
                "CREATE TABLE parts WITH (partitioning = ARRAY['p']) AS SELECT * FROM (VALUES (1,"
                        + " 'a'), (2, 'b')) t(n, p)");
        run("DELETE FROM parts WHERE p = 'a'");

        assertThat(rows("SELECT * FROM parts")).containsExactly("2|b");
        assertThat(rows("SELECT count(*) FROM \"parts$files\"")).containsExactly("1");
    }

    @Test
    void timeTravelByVersionAndByTime() {
        run("CREATE TABLE history AS SELECT 1 AS n");
        String first = rows("SELECT snapshot_id FROM \"history$snapshots\"").getFirst();
        Instant between =
                Instant.parse(
                        rows("SELECT to_iso8601(current_timestamp(6) AT TIME ZONE 'UTC')")
                                .getFirst());
        run("INSERT INTO history VALUES 2");

        assertThat(rows("SELECT n FROM history FOR VERSION AS OF " + first)).containsExactly("1");
        assertThat(
                        rows(
                                "SELECT n FROM history FOR TIMESTAMP AS OF from_iso8601_timestamp_nanos('%s')"
                                        .formatted(between)))
                .containsExactly("1");
        assertThat(rows("SELECT n FROM history ORDER BY n")).containsExactly("1", "2");

        run("ALTER TABLE history EXECUTE rollback_to_snapshot(%s)".formatted(first));
        assertThat(rows("SELECT n FROM history")).containsExactly("1");
    }

    @Test
    void columnsComeGoAndChangeTheirNames() {
        run("CREATE TABLE evolving AS SELECT 1 AS a, 'x' AS b");
        run("ALTER TABLE evolving ADD COLUMN c double");
        run("ALTER TABLE evolving RENAME COLUMN b TO label");
        run("INSERT INTO evolving VALUES (2, 'y', 2.5)");
        assertThat(rows("SELECT a, label, c FROM evolving ORDER BY a"))
                .containsExactly("1|x|NULL", "2|y|2.5");

        run("ALTER TABLE evolving DROP COLUMN a");
        run("ALTER TABLE evolving ADD COLUMN a varchar");
        assertThat(rows("SELECT label, c, a FROM evolving ORDER BY label"))
                .containsExactly("x|NULL|NULL", "y|2.5|NULL");

        run("ALTER TABLE evolving ALTER COLUMN c SET DATA TYPE double");
        run("COMMENT ON TABLE evolving IS 'changes'");
        run("ALTER TABLE evolving SET PROPERTIES partitioning = ARRAY['label']");
        assertThat(rows("SHOW CREATE TABLE evolving").getFirst())
                .contains("COMMENT 'changes'", "partitioning = ARRAY['label']");
    }

    @Test
    void optimizeExpireAndRemoveOrphans() throws Exception {
        run("CREATE TABLE tidy (n integer)");
        for (int n = 1; n <= 3; n++) {
            run("INSERT INTO tidy VALUES " + n);
        }
        assertThat(rows("SELECT count(*) FROM \"tidy$files\"")).containsExactly("3");

        run("ALTER TABLE tidy EXECUTE optimize");
        assertThat(rows("SELECT count(*) FROM \"tidy$files\"")).containsExactly("1");

        int before = lakehouse.objects(SCHEMA + "/tidy").size();
        run("ALTER TABLE tidy EXECUTE expire_snapshots(retention_threshold => '0s')");
        assertThat(rows("SELECT count(*) FROM \"tidy$snapshots\"")).containsExactly("1");
        assertThat(lakehouse.objects(SCHEMA + "/tidy")).hasSizeLessThan(before);

        String orphan = lakehouse.putOrphan(SCHEMA + "/tidy");
        assertThat(lakehouse.objects(SCHEMA + "/tidy")).contains(orphan);
        run("SET SESSION lake.remove_orphan_files_min_retention = '0s'");
        run("ALTER TABLE tidy EXECUTE remove_orphan_files(retention_threshold => '0s')");
        assertThat(lakehouse.objects(SCHEMA + "/tidy")).doesNotContain(orphan);
        assertThat(rows("SELECT n FROM tidy ORDER BY n")).containsExactly("1", "2", "3");
    }

    @Test
    void orphansYoungerThanAnHourAreSafe() {
        run("CREATE TABLE young (n integer)");

        assertThatThrownBy(() ->
                        run(
                                "ALTER TABLE young EXECUTE remove_orphan_files(retention_threshold"
                                        + " => '1m')"))
                .isInstanceOf(StatementException.class)
                .hasMessageContaining("1.00h");
    }

    @Test
    void analyzeKeepsStatistics() {
        run("CREATE TABLE counted AS SELECT n, n % 3 AS third FROM UNNEST(sequence(1, 300)) t(n)");
        run("ANALYZE counted");

        assertThat(rows("SHOW STATS FOR counted"))
                .anySatisfy(row -> assertThat(row).startsWith("third|NULL|3.0|"))
                .anySatisfy(row -> assertThat(row).endsWith("|300.0|NULL|NULL"));
    }

    @Test
    void views() {
        run("CREATE TABLE base AS SELECT * FROM (VALUES 1, 2, 3) t(n)");
        run("CREATE VIEW large AS SELECT n FROM base WHERE n > 1");
        assertThat(rows("SELECT * FROM large ORDER BY n")).containsExactly("2", "3");

        run("CREATE OR REPLACE VIEW large AS SELECT n FROM base WHERE n > 2");
        assertThat(rows("SELECT * FROM large")).containsExactly("3");

        run("ALTER VIEW large RENAME TO largest");
        assertThat(rows("SHOW TABLES")).containsExactlyInAnyOrder("base", "largest");
        run("DROP VIEW largest");
        assertThat(rows("SHOW TABLES")).containsExactly("base");
    }

    @Test
    void aTableMovesToAnotherSchema() {
        run("CREATE SCHEMA " + SCHEMA + "_2");
        try {
            run("CREATE TABLE traveller AS SELECT 7 AS n");
            run("ALTER TABLE traveller RENAME TO %s_2.settled".formatted(SCHEMA));

            assertThat(rows("SELECT n FROM %s_2.settled".formatted(SCHEMA))).containsExactly("7");
            assertThat(rows("SHOW TABLES")).isEmpty();
        } finally {
            run("DROP SCHEMA %s_2 CASCADE".formatted(SCHEMA));
        }
    }

    @Test
    void namespacesWithinNamespaces() {
        run("CREATE SCHEMA \"%s.inner\"".formatted(SCHEMA));
        run("CREATE TABLE \"%s.inner\".t AS SELECT 5 AS n".formatted(SCHEMA));

        assertThat(rows("SELECT n FROM \"%s.inner\".t".formatted(SCHEMA))).containsExactly("5");
        assertThat(rows("SHOW SCHEMAS")).contains(SCHEMA, SCHEMA + ".inner");

        run("DROP TABLE \"%s.inner\".t".formatted(SCHEMA));
        run("DROP SCHEMA \"%s.inner\"".formatted(SCHEMA));
        assertThat(rows("SHOW SCHEMAS")).doesNotContain(SCHEMA + ".inner");
    }

    @Test
    void aDroppedTableLeavesNoObjectOnceItIsPurged() throws Exception {
        run("CREATE TABLE doomed AS SELECT 1 AS n");
        run("DELETE FROM doomed WHERE n = 1");
        assertThat(lakehouse.objects(SCHEMA + "/doomed")).isNotEmpty();

        run("DROP TABLE doomed");

        assertThat(rows("SHOW TABLES")).isEmpty();
        assertThat(lakehouse.objects(SCHEMA + "/doomed")).as("it can be restored").isNotEmpty();
        lakehouse.purge(SCHEMA, "doomed");
        assertThat(lakehouse.objects(SCHEMA + "/doomed")).isEmpty();
    }

    @Test
    void aTableIsLetGoAndRegisteredAgain() {
        run("CREATE TABLE wanderer AS SELECT 3 AS n");
        String location =
                rows("SELECT \"$path\" FROM wanderer").getFirst().replaceFirst("/data/[^/]*$", "");
        String metadata =
                rows("SELECT file FROM \"wanderer$metadata_log_entries\" ORDER BY timestamp DESC"
                                + " LIMIT 1")
                        .getFirst();
        String name = metadata.substring(metadata.lastIndexOf('/') + 1);

        run("CALL system.unregister_table('%s', 'wanderer')".formatted(SCHEMA));
        assertThat(rows("SHOW TABLES")).isEmpty();
        run(
                "CALL system.register_table('%s', 'returned', '%s', '%s')"
                        .formatted(SCHEMA, location, name));

        assertThat(rows("SELECT n FROM returned")).containsExactly("3");
        run("INSERT INTO returned VALUES 4");
        assertThat(rows("SELECT n FROM returned ORDER BY n")).containsExactly("3", "4");
    }

    @Test
    void whatDoesNotExistIsSaidWithItsPlace() {
        assertThatThrownBy(() -> rows("SELECT *\nFROM nowhere"))
                .isInstanceOfSatisfying(
                        StatementException.class,
                        wrong -> {
                            assertThat(wrong.name()).isEqualTo("TABLE_NOT_FOUND");
                            assertThat(wrong.position())
                                    .isEqualTo(new StatementException.Position(2, 6));
                        });
        assertThatThrownBy(() -> run("CREATE TABLE nowhere.t (n integer)"))
                .hasMessageContaining("Schema nowhere not found");
        run("CREATE TABLE twice (n integer)");
        assertThatThrownBy(() -> run("CREATE TABLE twice (n integer)"))
                .hasMessageContaining("already exists");
    }

    /// Runs to the end and gives the number of rows changed, -1 where the statement counts none.
    private long run(String sql) {
        Statement statement = statements.start(sql);
        statement.rowsToEnd();
        return statement.updateCount().orElse(-1);
    }

    private List<String> rows(String sql) {
        Statement statement = statements.start(sql);
        List<List<JsonNode>> values = statement.rowsToEnd();
        List<String> rows = new ArrayList<>();
        for (List<JsonNode> row : values) {
            var text = new StringJoiner("|");
            for (int i = 0; i < row.size(); i++) {
                Column column = statement.columns().get(i);
                text.add(Values.text(column.type(), row.get(i)));
            }
            rows.add(text.toString());
        }
        return rows;
    }
}
