package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.tarn.pipeline.Progress.State;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.apache.iceberg.HistoryEntry;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.exceptions.NoSuchTableException;

/// All rows of two tables, read by a new pipeline each time, which breaks amid them while the
/// tables change. What readers of the lake see is nothing, or a state that the source once had.
final class FirstRows implements KillLoop.Subject {
    private static final int ROWS = 6_000;
    private static final int FAULTS_MAX = 600;
    private static final int AMOUNT = 100;

    private final String schema;
    private final Transfers.Sql sql;
    private final Transfers.Lines lines;
    private final NamedJob job;
    private final UnaryOperator<String> before;
    private final UnaryOperator<World> reading;
    private final Random random = new Random(20_261_127);
    private int next = ROWS;
    private int pipelines;
    private int hiddenOnes;

    interface NamedJob {
        String of(String name, String mode);
    }

    /// @param schema that is there and empty
    /// @param job of a name and a mode, which upserts the tables `big` and `pair`
    /// @param before a statement before the pipeline of a name begins
    /// @param reading where the tables are looked at
    FirstRows(
            String schema,
            Transfers.Sql sql,
            Transfers.Lines lines,
            NamedJob job,
            UnaryOperator<String> before,
            UnaryOperator<World> reading) {
        this.schema = schema;
        this.sql = sql;
        this.lines = lines;
        this.job = job;
        this.before = before;
        this.reading = reading;
    }

    /// Makes the tables.
    void make() throws Exception {
        sql.run(
                "CREATE TABLE %s.big (id int PRIMARY KEY, amount bigint NOT NULL, filler varchar(250))"
                        .formatted(schema),
                "CREATE TABLE %s.pair (place varchar(40) NOT NULL, item date NOT NULL, big int, PRIMARY KEY (place, item))"
                        .formatted(schema));
        List<String> big = new ArrayList<>();
        List<String> pairs = new ArrayList<>();
        for (int i = 1; i <= ROWS; i++) {
            big.add("(%s, %s, '%s')".formatted(i, AMOUNT, "x".repeat(150 + i % 100)));
            if (i % 4 == 0) {
                pairs.add(
                        "('Ö’%s', '20%02d-01-0%s', %s)"
                                .formatted(i % 31, i % 100, 1 + i / 1_000, i));
            }
        }
        sql.run(
                "INSERT INTO %s.big VALUES %s".formatted(schema, String.join(",", big)),
                "INSERT INTO %s.pair VALUES %s"
                        .formatted(schema, String.join(",", pairs.stream().distinct().toList())));
    }

    @Override
    public void change(int round, Random random) throws Exception {
        if (round > pipelines) {
            begin();
        }
        change(random);
    }

    private void begin() throws Exception {
        pipelines++;
        sql.run(before.apply(name()));
    }

    private void change(Random random) throws Exception {
        for (int i = 0; i < 20; i++) {
            int from = 1 + random.nextInt(ROWS);
            int to = 1 + random.nextInt(ROWS);
            int amount = random.nextInt(10);
            next++;
            sql.run(
                    "UPDATE %s.big SET amount = amount - %s, filler = 'f%s' WHERE id = %s"
                            .formatted(schema, amount, next, from),
                    "UPDATE %s.big SET amount = amount + %s WHERE id = %s"
                            .formatted(schema, amount, to),
                    "INSERT INTO %s.big VALUES (%s, 0, 'new')".formatted(schema, next),
                    "DELETE FROM %s.big WHERE id = %s AND id > %s"
                            .formatted(schema, next - random.nextInt(40), ROWS),
                    "UPDATE %s.pair SET big = %s WHERE big = %s".formatted(schema, next, to),
                    "DELETE FROM %s.pair WHERE big = %s".formatted(schema, next - 5),
                    "UPDATE %s.pair SET place = 'p%s' WHERE big = %s"
                            .formatted(schema, next, from));
        }
    }

    private String name() {
        return "first_" + schema + "_" + pipelines;
    }

    /// What breaks at its n-th call.
    interface Breakable {
        void at(int n);

        boolean broke();
    }

    /// Breaks each `step`th write of a pipeline, before it takes effect or after.
    void breakEverywhere(Path folder, Breaking.Moment moment, int step) throws Exception {
        for (int n = 1; n <= FAULTS_MAX; n += step) {
            begin();
            var breaking = new Breaking(moment);
            Path home = Files.createDirectories(folder.resolve(name()));
            try (var world = new World(home, breaking::rows, breaking::bytes)) {
                if (!breaks(world, n, breaking)) {
                    assertThat(n).isGreaterThan(15);
                    return; // n lies beyond the last write
                }
            }
        }
        fail("a run makes more than %s writes", FAULTS_MAX);
    }

    /// Breaks each call of something else.
    void breakEverywhere(Path folder, Breakable other) throws Exception {
        for (int n = 1; n <= FAULTS_MAX; n++) {
            begin();
            try (var world = new World(Files.createDirectories(folder.resolve(name())))) {
                if (!breaks(world, n, other)) {
                    assertThat(n).isGreaterThan(5);
                    return;
                }
            }
        }
        fail("a run makes more than %s calls", FAULTS_MAX);
    }

    /// Whether there was anything to break; then the run after has made it good.
    private boolean breaks(World world, int n, Breakable breakable) throws Exception {
        breakable.at(n);
        Progress first = world.run(job("BATCH"));
        boolean broke = breakable.broke();
        assertThat(first.state() == State.FINISHED || broke)
                .as("fault %s: %s", n, first.message())
                .isTrue();
        breakable.at(Integer.MAX_VALUE);
        change(random);
        look(reading.apply(world), n);
        assertThat(world.run(job("BATCH")).message()).isEqualTo("finished");
        compare(world, n);
        if (!broke) {
            assertThat(hiddenOnes).as("broke amid rows").isPositive();
        }
        return broke;
    }

    private void look(World world, int n) {
        Table table;
        try {
            table = world.table(space() + ".big");
        } catch (NoSuchTableException e) {
            return;
        }
        if (table.refs().containsKey("tarn-loading-" + name())) {
            hiddenOnes++;
            assertThat(table.refs()).as("fault %s", n).hasSize(1);
            assertThat(table.currentSnapshot()).as("what readers see").isNull();
        }
    }

    private String space() {
        return "t" + pipelines;
    }

    @Override
    public String job(String mode) {
        return job.of(name(), mode)
                .replace(
                        "checkpoint.interval = 40",
                        "checkpoint.interval = 40, tarn.checkpoint.rows = 500")
                .replace("namespace = t", "namespace = " + space());
    }

    @Override
    public void compare(World own, int round) throws Exception {
        World world = reading.apply(own);
        compare(
                "round " + round,
                world.byFirst(space() + ".big").values(),
                lines.of(
                        "SELECT concat_ws('|', id, amount, filler) FROM %s.big".formatted(schema)));
        List<String> pairs = new ArrayList<>();
        for (Record row : world.rows(space() + ".pair")) {
            pairs.add("%s|%s|%s".formatted(row.get(0), row.get(1), row.get(2)));
        }
        compare(
                "round " + round,
                pairs,
                lines.of("SELECT concat_ws('|', place, item, big) FROM %s.pair".formatted(schema)));
        Table table = world.table(space() + ".big");
        assertThat(table.refs()).as("branches").containsOnlyKeys(SnapshotRef.MAIN_BRANCH);
        for (HistoryEntry seen : table.history()) {
            long sum = 0;
            try (var rows = IcebergGenerics.read(table).useSnapshot(seen.snapshotId()).build()) {
                for (Record row : rows) {
                    sum += (long) row.getField("amount");
                }
            }
            assertThat(sum).as("what readers saw: %s", seen).isEqualTo((long) ROWS * AMOUNT);
        }
    }

    /// Sorted: to look for each of thousands among all takes a second.
    static void compare(String what, Collection<String> found, Collection<String> expected) {
        assertThat(found.stream().sorted().toList())
                .as(what)
                .isEqualTo(expected.stream().sorted().toList());
    }
}
