package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;

/// Money that moves between two hundred accounts, each time in one transaction: there is always as
/// much.
///
/// Now and then the accounts get a column more, and more often their last one gets another name.
final class Transfers implements KillLoop.Subject {
    private static final int ROUNDS_PER_CHANGE = 3;
    private static final int ROUNDS_PER_TRUNCATION = 5;
    private static final int CHANGES_PER_COLUMN = 4;

    /// Runs statements in one transaction.
    interface Sql {
        void run(String... statements) throws Exception;
    }

    interface Lines {
        List<String> of(String query) throws Exception;
    }

    interface Job {
        String of(String mode);
    }

    private final String schema;
    private final String rename;
    private final Sql sql;
    private final Lines lines;
    private final Job job;
    private final UnaryOperator<World> reading;
    private final Set<Long> seen = new HashSet<>();

    /// Columns of accounts behind the id and the amount.
    private final List<String> marks = new ArrayList<>();

    private int changes;

    /// @param schema that has the tables `account` and `transfer`
    /// @param rename what `ALTER TABLE` has for another name of a column, with a gap for each
    /// @param lines the first column of a query
    /// @param job of a mode
    /// @param reading where the tables are looked at
    Transfers(
            String schema,
            String rename,
            Sql sql,
            Lines lines,
            Job job,
            UnaryOperator<World> reading) {
        this.schema = schema;
        this.rename = rename;
        this.sql = sql;
        this.lines = lines;
        this.job = job;
        this.reading = reading;
    }

    @Override
    public void change(int round, Random random) throws Exception {
        int count = 1 + random.nextInt(60);
        int at = round % ROUNDS_PER_CHANGE == 0 ? random.nextInt(count) : -1;
        for (int i = 0; i < count; i++) {
            if (i == at) {
                changeColumns();
            }
            if (i == 0 && round % ROUNDS_PER_TRUNCATION == 1) {
                sql.run("TRUNCATE TABLE %s.transfer".formatted(schema));
            }
            int from = 1 + random.nextInt(200);
            int to = 1 + random.nextInt(200);
            int amount = random.nextInt(50);
            sql.run(
                    "UPDATE %s.account SET amount = amount - %s WHERE id = %s"
                            .formatted(schema, amount, from),
                    "UPDATE %s.account SET amount = amount + %s%s WHERE id = %s"
                            .formatted(schema, amount, marked(i), to),
                    "INSERT INTO %s.transfer (source, target, amount) VALUES (%s, %s, %s)"
                            .formatted(schema, from, to, amount),
                    "DELETE FROM %s.transfer WHERE id = (SELECT id FROM (SELECT min(id) id FROM %s.transfer) first) AND %s"
                            .formatted(schema, schema, random.nextInt(3) == 0));
        }
    }

    private void changeColumns() throws Exception {
        String name = "mark_" + changes;
        if (changes++ % CHANGES_PER_COLUMN == 0) {
            sql.run("ALTER TABLE %s.account ADD %s int".formatted(schema, name));
            marks.add(name);
        } else {
            sql.run(
                    "ALTER TABLE %s.account %s"
                            .formatted(schema, rename.formatted(marks.getLast(), name)));
            marks.set(marks.size() - 1, name);
        }
    }

    private String marked(int value) {
        return marks.isEmpty() ? "" : ", %s = %s".formatted(marks.getLast(), value);
    }

    @Override
    public String job(String mode) {
        // Small files are merged soon, so that runners are killed in that as well.
        return job.of(mode)
                .replace(
                        "upsert-mode-enabled = true",
                        "upsert-mode-enabled = true\n"
                            + "iceberg.table.schema-evolution-enabled = true\n"
                            + "iceberg.table.write-props { \"tarn.merge.min-input-files\" = 3 }");
    }

    @Override
    public void compare(World own, int round) throws Exception {
        World world = reading.apply(own);
        var columns = new StringBuilder("id, amount");
        marks.forEach(mark -> columns.append(", COALESCE(%s, -1)".formatted(mark)));
        assertThat(
                        world.byFirst("t.account").values().stream()
                                .map(row -> row.replace("null", "-1")))
                .as("round %s", round)
                .containsExactlyInAnyOrderElementsOf(
                        lines.of(
                                "SELECT concat_ws('|', %s) FROM %s.account"
                                        .formatted(columns, schema)));
        assertThat(world.byFirst("t.transfer").values())
                .as("round %s", round)
                .containsExactlyInAnyOrderElementsOf(
                        lines.of(
                                "SELECT concat_ws('|', id, source, target, amount) FROM "
                                        + schema
                                        + ".transfer"));
        // At every snapshot, not only at the last.
        for (var snapshot : world.table("t.account").snapshots()) {
            if (!seen.add(snapshot.snapshotId())) {
                continue;
            }
            long sum = 0;
            try (var rows =
                    IcebergGenerics.read(world.table("t.account"))
                            .useSnapshot(snapshot.snapshotId())
                            .build()) {
                for (Record row : rows) {
                    sum += (long) row.getField("amount");
                }
            }
            assertThat(sum).as("snapshot %s", snapshot).isEqualTo(200_000);
        }
    }
}
