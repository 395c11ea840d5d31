package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.catalog.table.PendingCommit;
import dev.tarn.pipeline.Progress.State;
import dev.tarn.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.rest.ReferenceCatalog;
import org.apache.iceberg.rest.ReferenceCatalog.Fault;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is there of a real PostgreSQL before its log is followed.
@SuppressWarnings("NullAway.Init") // before the tests
class PostgresFirstRowsTest implements FirstRowsContract {
    private static final int ROWS = 6_000;

    /// Odd, since a commit into another catalog writes the ledger twice.
    private static final int LEDGER_BREAKS = 3;

    private static PostgresServer postgres;

    @TempDir Path folder;

    @Override
    public Path folder() {
        return folder;
    }

    @BeforeAll
    static void start() throws Exception {
        postgres = PostgresServer.logical();
    }

    @AfterAll
    static void stop() throws IOException {
        postgres.close();
    }

    private static String job(String name, String mode, String tables) {
        return """
        env { job.name = %s, job.mode = %s, checkpoint.interval = 40 }
        source { Postgres-CDC { base-url = "jdbc:postgresql://127.0.0.1:%s/postgres"
          username = postgres, password = postgres, table-names = [%s] } }
        sink { Iceberg { namespace = t, table = "${table_name}", iceberg.table.upsert-mode-enabled = true } }
        """
                .formatted(name, mode, postgres.port(), tables);
    }

    @Override
    public FirstRows firstRows(String schema) throws Exception {
        return firstRows(schema, job -> job, world -> world);
    }

    private static FirstRows firstRows(
            String schema, UnaryOperator<String> sink, UnaryOperator<World> reading)
            throws Exception {
        String name = schema.toLowerCase(Locale.ROOT);
        postgres.sql("CREATE SCHEMA " + name);
        var rows =
                new FirstRows(
                        name,
                        postgres::sql,
                        postgres::lines,
                        (pipeline, mode) ->
                                sink.apply(
                                        job(
                                                pipeline,
                                                mode,
                                                "\"postgres.%s.big\", \"postgres.%s.pair\""
                                                        .formatted(name, name))),
                        // A server has but a few slots.
                        _ ->
                                "SELECT pg_drop_replication_slot(slot_name) FROM"
                                    + " pg_replication_slots WHERE NOT active AND slot_name LIKE"
                                    + " '%first_"
                                        + name
                                        + "%'",
                        reading);
        rows.make();
        return rows;
    }

    @Test
    void aFewKillsOnTheWayToAnotherCatalog() throws Exception {
        killOnTheWayToAnotherCatalog(KILLS_SHORT);
    }

    @Test
    @Tag("slow")
    void manyKillsOnTheWayToAnotherCatalog() throws Exception {
        killOnTheWayToAnotherCatalog(KILLS);
    }

    private void killOnTheWayToAnotherCatalog(int kills) throws Exception {
        try (var other = new ReferenceCatalog(folder.resolve("other"))) {
            FirstRows rows = firstRows("there_" + kills, job -> into(job, other), reading(other));
            new KillLoop(Files.createDirectories(folder.resolve("home")), rows, 20_261_127)
                    .run(kills);
        }
    }

    private static UnaryOperator<World> reading(ReferenceCatalog other) {
        return world -> world.readingFrom(other::table);
    }

    private static String into(String job, ReferenceCatalog other) {
        return job.replace(
                "Iceberg { ",
                "Iceberg { iceberg.catalog.config = { uri = \"%s\" }, ".formatted(other.uri()));
    }

    @ParameterizedTest
    @EnumSource
    void aBreakOfTheLedgerOnTheWayToAnotherCatalogLosesNothing(Breaking.Moment moment)
            throws Exception {
        try (var other = new ReferenceCatalog(folder.resolve("other"))) {
            firstRows("elsewhere_" + moment, job -> into(job, other), reading(other))
                    .breakEverywhere(folder, moment, LEDGER_BREAKS);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBreakOfAnotherCatalogLosesNothing(Fault fault) throws Exception {
        try (var other = new ReferenceCatalog(folder.resolve("other"))) {
            firstRows("refusing_" + fault, job -> into(job, other), reading(other))
                    .breakEverywhere(
                            folder,
                            new FirstRows.Breakable() {
                                @Override
                                public void at(int n) {
                                    other.fail(n, fault);
                                }

                                @Override
                                public boolean broke() {
                                    return other.broke();
                                }
                            });
        }
    }

    /// A table of 6,000 rows in some 180 blocks, which a pipeline reads in parts.
    private static String makeRows(String table, String partitioned) throws SQLException {
        postgres.sql(
                "CREATE TABLE %s (id int NOT NULL PRIMARY KEY, value int NOT NULL, filler text)%s"
                        .formatted(table, partitioned));
        return "INSERT INTO %s SELECT i, i, repeat('x', 200) FROM generate_series(1, %s) i"
                .formatted(table, ROWS);
    }

    private static String inParts(String name, String... tables) {
        StringBuilder all = new StringBuilder();
        for (String table : tables) {
            all.append(all.isEmpty() ? "" : ", ").append("\"postgres.public.%s\"".formatted(table));
        }
        return job(name, "BATCH", all.toString())
                .replace("interval = 40", "interval = 40, tarn.checkpoint.rows = 500");
    }

    /// @param before is run before each file of rows is begun
    private World watched(Runnable before) {
        return new World(
                folder,
                rows -> rows,
                bytes ->
                        new WatchedStore(
                                bytes,
                                file -> {
                                    if (file.toString().endsWith(".parquet")) {
                                        before.run();
                                    }
                                },
                                _ -> {}));
    }

    /// Runs a job whose third file of rows cannot be written.
    private void breakAmidRows(String job) throws Exception {
        var files = new AtomicInteger();
        try (var world =
                watched(() -> {
                    if (files.incrementAndGet() == 3) {
                        throw new StorageException("broken");
                    }
                })) {
            assertThat(world.run(job).state()).isEqualTo(State.FAILED);
        }
    }

    private static void compare(World world, String table) throws Exception {
        FirstRows.compare(
                table,
                world.byFirst("t." + table).values(),
                postgres.lines("SELECT concat_ws('|', id, value, filler) FROM " + table));
        assertThat(world.table("t." + table).refs()).containsOnlyKeys("main");
    }

    @Test
    void whatWasReadIsNotReadAgain() throws Exception {
        postgres.sql(makeRows("again", ""));
        String job = inParts("again", "again");
        breakAmidRows(job);
        postgres.sql(
                "UPDATE again SET value = -value WHERE id % 1000 = 1",
                "DELETE FROM again WHERE id % 1000 = 2");
        try (var world = new World(folder)) {
            Progress next = world.run(job);
            assertThat(next.message()).isEqualTo("finished");
            assertThat(next.rows()).isBetween(2_000L, 5_500L);
            compare(world, "again");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void partitionsAreReadInPartsToo(boolean readable) throws Exception {
        String name = readable ? "parted" : "guarded";
        String insert = makeRows(name, " PARTITION BY RANGE (id)");
        postgres.sql(
                "CREATE TABLE %s_low PARTITION OF %s FOR VALUES FROM (MINVALUE) TO (2500)"
                        .formatted(name, name),
                "CREATE TABLE %s_high PARTITION OF %s FOR VALUES FROM (2500) TO (MAXVALUE)"
                        .formatted(name, name),
                insert);
        String job = inParts(name, name);
        if (!readable) {
            // Who may read the whole need not be allowed to read its partitions.
            postgres.sql(
                    "CREATE ROLE reader LOGIN REPLICATION PASSWORD 'reader'",
                    "GRANT CREATE ON DATABASE postgres TO reader",
                    "CREATE PUBLICATION guarded FOR TABLE guarded WITH"
                            + " (publish_via_partition_root)",
                    "GRANT SELECT ON guarded TO reader");
            job =
                    job.replace(
                            "username = postgres, password = postgres",
                            "username = reader, password = reader, tarn.publication = guarded");
            try (var world = new World(folder)) {
                assertThat(world.run(job).message()).isEqualTo("finished");
                compare(world, name);
            }
            return;
        }
        breakAmidRows(job);
        // Rows go from one to the other.
        postgres.sql("UPDATE parted SET id = id + 100000 WHERE id % 1000 = 5");
        try (var world = new World(folder)) {
            Progress next = world.run(job);
            assertThat(next.message()).isEqualTo("finished");
            assertThat(next.rows()).isLessThan(5_500L);
            compare(world, name);
        }
    }

    @Test
    void aTableThatIsWrittenAnewBetweenTwoRunsIsReadFromItsBeginning() throws Exception {
        postgres.sql(makeRows("vacuumed", ""));
        String job = inParts("vacuumed", "vacuumed");
        breakAmidRows(job);
        postgres.sql(
                "DELETE FROM vacuumed WHERE id < 1500",
                // As VACUUM FULL does, which no transaction can.
                "ALTER TABLE vacuumed ALTER value TYPE int USING value + 0");
        try (var world = new World(folder)) {
            assertThat(world.run(job).message()).isEqualTo("finished");
            compare(world, "vacuumed");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTableThatIsWrittenAnewBeforeItsTurnIsNotEmpty(boolean upserts) throws Exception {
        String name = upserts ? "turn" : "wait";
        postgres.sql(makeRows(name + "_a", ""), makeRows(name + "_b", ""));
        String job = inParts(name, name + "_a", name + "_b");
        if (!upserts) {
            job =
                    job.replace("upsert-mode-enabled = true", "upsert-mode-enabled = false")
                            .replace("table-names", "startup.mode = initial, table-names");
        }
        var files = new AtomicInteger();
        try (var world =
                watched(() -> {
                    if (files.incrementAndGet() == 1) {
                        writeAnew(name + "_b");
                    }
                })) {
            assertThat(world.run(job).message()).isEqualTo("finished");
            compare(world, name + "_a");
            compare(world, name + "_b");
        }
    }

    private static void writeAnew(String table) {
        try {
            postgres.sql("ALTER TABLE %s ALTER value TYPE int USING value + 7".formatted(table));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void columnsThatChangeBeforeAllRowsAreReadBeginItAnew() throws Exception {
        postgres.sql(makeRows("altered", ""));
        String job =
                inParts("altered", "altered")
                        .replace(
                                "upsert-mode-enabled = true",
                                "upsert-mode-enabled = true, iceberg.table.schema-evolution-enabled"
                                        + " = true");
        breakAmidRows(job);
        postgres.sql("ALTER TABLE altered RENAME filler TO padding");
        try (var world = new World(folder)) {
            Progress next = world.run(job);
            assertThat(next.message()).isEqualTo("finished");
            assertThat(next.notes())
                    .anyMatch(note -> note.contains("the columns of a table changed"));
            assertThat(next.rows()).isEqualTo(ROWS);
            assertThat(world.columns("t.altered")).contains("3 padding string");
            assertThat(world.byFirst("t.altered")).hasSize(ROWS);
            assertThat(world.table("t.altered").refs()).containsOnlyKeys("main");
        }
    }

    @Test
    void somebodyElsesRowsBeginItAnew() throws Exception {
        postgres.sql(makeRows("shared", ""));
        String job = inParts("shared", "shared");
        breakAmidRows(job);
        try (var world = new World(folder)) {
            append(world, "shared");
            Progress next = world.run(job);
            assertThat(next.message()).isEqualTo("finished");
            assertThat(next.notes()).anyMatch(note -> note.contains("as they were left"));
            assertThat(next.rows()).isEqualTo(ROWS);
            compare(world, "shared");
        }
    }

    @Test
    void whereSomebodyElseWritesAllTheTimeTheRunEnds() throws Exception {
        postgres.sql(makeRows("busy", ""));
        var files = new AtomicInteger();
        var world = new AtomicReference<World>();
        try (var busy =
                watched(() -> {
                    if (files.incrementAndGet() % 2 == 0) {
                        append(world.get(), "busy");
                    }
                })) {
            world.set(busy);
            assertThat(busy.run(inParts("busy", "busy")).message())
                    .contains("its first rows were read anew 5 times");
        }
    }

    private static void append(World world, String table) {
        PendingCommit other = world.catalog.tables().begin(world.warehouse());
        other.table(TableIdentifier.of("t", table)).newAppend().commit();
        other.commit(tx -> {});
    }
}
