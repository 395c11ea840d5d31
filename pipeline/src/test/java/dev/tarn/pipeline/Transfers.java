package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

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
/// @param schema that has the tables `account` and `transfer`
/// @param lines the first column of a query
/// @param job of a mode
/// @param reading where the tables are looked at
record Transfers(
        String schema, Sql sql, Lines lines, Job job, UnaryOperator<World> reading, Set<Long> seen)
        implements KillLoop.Subject {

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

    Transfers(String schema, Sql sql, Lines lines, Job job) {
        this(schema, sql, lines, job, world -> world);
    }

    Transfers(String schema, Sql sql, Lines lines, Job job, UnaryOperator<World> reading) {
        this(schema, sql, lines, job, reading, new HashSet<>());
    }

    @Override
    public void change(int round, Random random) throws Exception {
        int count = 1 + random.nextInt(60);
        for (int i = 0; i < count; i++) {
            int from = 1 + random.nextInt(200);
            int to = 1 + random.nextInt(200);
            int amount = random.nextInt(50);
            sql.run(
                    "UPDATE %s.account SET amount = amount - %s WHERE id = %s"
                            .formatted(schema, amount, from),
                    "UPDATE %s.account SET amount = amount + %s WHERE id = %s"
                            .formatted(schema, amount, to),
                    "INSERT INTO %s.transfer (source, target, amount) VALUES (%s, %s, %s)"
                            .formatted(schema, from, to, amount),
                    "DELETE FROM %s.transfer WHERE id = (SELECT id FROM (SELECT min(id) id FROM %s.transfer) first) AND %s"
                            .formatted(schema, schema, random.nextInt(3) == 0));
        }
    }

    @Override
    public String job(String mode) {
        // Small files are merged soon, so that runners are killed in that as well.
        return job.of(mode)
                .replace(
                        "upsert-mode-enabled = true",
                        "upsert-mode-enabled = true\n"
                            + "iceberg.table.write-props { \"tarn.merge.min-input-files\" = 3 }");
    }

    @Override
    public void compare(World own, int round) throws Exception {
        World world = reading.apply(own);
        assertThat(world.byFirst("t.account").values())
                .as("round %s", round)
                .containsExactlyInAnyOrderElementsOf(
                        lines.of("SELECT concat_ws('|', id, amount) FROM " + schema + ".account"));
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
