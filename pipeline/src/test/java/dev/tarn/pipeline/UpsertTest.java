package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.pipeline.Progress.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.util.ContentFileUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A table into which rows are upserted is what a map would be.
class UpsertTest {
    private static final int RUNS = 6;
    private static final int FAULTS_MAX = 200;

    @TempDir Path folder;

    /// Random changes, and what a map makes of them.
    private static final class Changes {
        private final Random random;
        private final Map<List<Object>, String> model = new HashMap<>();
        private final List<String> rows = new ArrayList<>();

        Changes(long seed) {
            this.random = new Random(seed);
        }

        String rows(int count, boolean text) {
            rows.clear();
            for (int i = 0; i < count; i++) {
                long id = random.nextInt(40);
                String name = text ? "k" + random.nextInt(3) : "one";
                int part = random.nextInt(3);
                String value = "v" + random.nextInt(1_000_000);
                String before = model.get(List.of(id, name));
                switch (random.nextInt(5)) {
                    case 0 -> change("DELETE", id, name, part, value, false);
                    case 1 -> {
                        if (before != null) {
                            change("UPDATE_BEFORE", id, name, part, before, false);
                            // Now and then the key itself changes.
                            change(
                                    "UPDATE_AFTER",
                                    random.nextInt(4) == 0 ? id + 100 : id,
                                    name,
                                    part,
                                    value,
                                    true);
                        }
                    }
                    case 2 -> change("UPDATE_AFTER", id, name, part, value, true);
                    default -> change("INSERT", id, name, part, value, true);
                }
            }
            return String.join(",\n", rows);
        }

        private void change(
                String kind, long id, String name, int part, String value, boolean there) {
            rows.add(
                    "{ kind = %s, fields = [%s, \"%s\", %s, \"%s\"] }"
                            .formatted(kind, id, name, part, value));
            if (there) {
                model.put(List.of(id, name), part + value);
            } else {
                model.remove(List.of(id, name));
            }
        }
    }

    private static String job(String rows, int version, String keys, String partition) {
        return job(rows, version, keys, partition, 16);
    }

    private static String job(
            String rows, int version, String keys, String partition, int mergeMin) {
        return """
        env { job.name = upsert, tarn.checkpoint.rows = 37 }
        source { FakeSource {
          schema { fields { id = bigint, name = string, part = int, value = string } }
          rows = [ %s ]
        } }
        sink { Iceberg { namespace = t, table = a
          iceberg.table.primary-keys = "%s"
          iceberg.table.partition-keys = "%s"
          iceberg.table.upsert-mode-enabled = true
          iceberg.table.auto-create-props { format-version = "%s" }
          iceberg.table.write-props { "tarn.merge.min-input-files" = %s }
        } }
        """
                .formatted(rows, keys, partition, version, mergeMin);
    }

    private static Map<List<Object>, String> table(World world) throws IOException {
        Map<List<Object>, String> rows = new HashMap<>();
        for (Record row : world.rows("t.a")) {
            String before =
                    rows.put(
                            List.of(row.getField("id"), row.getField("name")),
                            row.getField("part").toString() + row.getField("value"));
            assertThat(before).as("%s is there twice", row).isNull();
        }
        return rows;
    }

    @ParameterizedTest
    @CsvSource({
        "2, id, '', 0, 1",
        "2, 'id,name', '', 3, 2",
        "2, id, part, 16, 3",
        "2, id, part, 2, 4",
        "2, 'name,id', 'bucket(id, 4)', 4, 5",
        "3, id, '', 0, 6",
        "3, 'id,name', part, 3, 7",
        "3, id, '', 2, 8",
    })
    void aTableIsWhatAMapWouldBe(
            int version, String keys, String partition, int mergeMin, long seed) throws Exception {
        var changes = new Changes(seed);
        boolean text = keys.contains("name");
        try (var world = new World(folder)) {
            for (int run = 0; run < RUNS; run++) {
                String job = job(changes.rows(150, text), version, keys, partition, mergeMin);
                assertThat(world.run(job).message()).isEqualTo("finished");
                assertThat(new TreeMap<>(byText(table(world))))
                        .as("run %s", run)
                        .isEqualTo(new TreeMap<>(byText(changes.model)));
            }
            assertThat(wasMerged(world.table("t.a"))).isEqualTo(mergeMin > 0);
            requireDeletesOfTheVersion(world.table("t.a"), version);
        }
    }

    private static boolean wasMerged(Table table) {
        for (Snapshot snapshot : table.snapshots()) {
            if (snapshot.operation().equals(DataOperations.REPLACE)) {
                return true;
            }
        }
        return false;
    }

    private static Map<String, String> byText(Map<List<Object>, String> rows) {
        Map<String, String> text = new HashMap<>();
        rows.forEach((key, value) -> text.put(key.toString(), value));
        return text;
    }

    private static void requireDeletesOfTheVersion(Table table, int version) throws IOException {
        int count = 0;
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            for (FileScanTask task : tasks) {
                for (DeleteFile file : task.deletes()) {
                    count++;
                    assertThat(file.content()).isEqualTo(FileContent.POSITION_DELETES);
                    assertThat(ContentFileUtil.isDV(file)).isEqualTo(version == 3);
                }
                assertThat(task.deletes().size()).isLessThanOrEqualTo(version == 3 ? 1 : 1_000);
            }
        }
        assertThat(count).isPositive();
    }

    @ParameterizedTest
    @EnumSource
    void aFaultAnywhereAndARestartLeaveWhatAMapWouldBe(Breaking.Moment moment) throws Exception {
        // Of each two writes one breaks before and one after; ExactlyOnceTest tries both.
        for (int version = 2; version <= 3; version++) {
            for (int n = 1 + moment.ordinal(); n <= FAULTS_MAX; n += 2) {
                var changes = new Changes(n);
                var breaking = new Breaking(moment);
                Path home =
                        Files.createDirectories(folder.resolve(moment + "-" + version + "-" + n));
                try (var world = new World(home, breaking::rows, breaking::bytes)) {
                    String first = job(changes.rows(60, false), version, "id", "part", 2);
                    assertThat(world.run(first).message()).isEqualTo("finished");
                    String second = job(changes.rows(60, false), version, "id", "part", 2);
                    breaking.at(n);
                    Progress broken = world.run(second);
                    breaking.at(Integer.MAX_VALUE);
                    if (broken.state() != State.FINISHED) {
                        assertThat(breaking.broke()).as(broken.message()).isTrue();
                        assertThat(world.run(second).message()).isEqualTo("finished");
                    }
                    assertThat(table(world)).as("fault %s", n).isEqualTo(changes.model);
                }
                if (!breaking.broke()) {
                    assertThat(n).isGreaterThan(8);
                    break; // n lies beyond the last write: every fault has been tried
                }
            }
        }
    }

    @Test
    void aRowThatIsNoInsertEndsARunThatAppends() throws Exception {
        try (var world = new World(folder)) {
            Progress run =
                    world.run(
                            job("{ kind = DELETE, fields = [1, \"one\", 1, \"v\"] }", 2, "id", "")
                                    .replace(
                                            "upsert-mode-enabled = true",
                                            "upsert-mode-enabled = false"));
            assertThat(run.message())
                    .contains("t.a takes appended rows only, and one of kind DELETE came")
                    .contains("iceberg.table.upsert-mode-enabled = true");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"upserted", "appended"})
    void rowsThatSomebodyElseWroteAreFoundByTheNextRun(String who) throws Exception {
        try (var world = new World(folder)) {
            String rows = "[1, \"one\", 1, \"a\"], [2, \"one\", 1, \"b\"]";
            assertThat(world.run(job(fields(rows), 2, "id", "")).message()).isEqualTo("finished");
            String more =
                    job(fields("[3, \"one\", 1, \"c\"]"), 2, "id", "")
                            .replace("job.name = upsert", "job.name = other");
            assertThat(
                            world.run(
                                            who.equals("appended")
                                                    ? more.replace(
                                                            "enabled = true", "enabled = false")
                                                    : more)
                                    .message())
                    .isEqualTo("finished");
            world.table("t.a");
            assertThat(world.run(job(fields("[3, \"one\", 2, \"d\"]"), 2, "id", "")).message())
                    .isEqualTo("finished");
            assertThat(byText(table(world)))
                    .isEqualTo(Map.of("[1, one]", "1a", "[2, one]", "1b", "[3, one]", "2d"));
        }
    }

    private static String fields(String rows) {
        return rows.replace("[", "{ kind = INSERT, fields = [").replace("]", "] }");
    }

    @Test
    void aTableWithoutAKeyCannotBeUpserted() throws Exception {
        try (var world = new World(folder)) {
            String append =
                    job(fields("[1, \"one\", 1, \"a\"]"), 2, "id", "")
                            .replace("iceberg.table.primary-keys = \"id\"", "")
                            .replace("enabled = true", "enabled = false");
            assertThat(world.run(append).message()).isEqualTo("finished");
            assertThat(world.run(append.replace("enabled = false", "enabled = true")).message())
                    .contains("t.a has no identifier fields to upsert by");
        }
    }
}
