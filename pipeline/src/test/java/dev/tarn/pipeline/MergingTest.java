package dev.tarn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.pipeline.Progress.State;
import dev.tarn.storage.Location;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotChanges;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Many small commits leave few files, and the rows they were.
class MergingTest {
    @TempDir Path folder;

    private static String job(int from, int to, String options) {
        var rows = new StringBuilder();
        for (int id = from; id < to; id++) {
            rows.append(
                    "{ kind = INSERT, fields = [%s, %s, \"v%s\"] }\n".formatted(id, id % 3, id));
        }
        return """
        env { job.name = merge, tarn.checkpoint.rows = 3 }
        source { FakeSource {
          schema { fields { id = bigint, part = int, value = string } }
          rows = [ %s ]
        } }
        sink { Iceberg { namespace = t, table = a
          iceberg.table.write-props { "tarn.merge.min-input-files" = 4 }
          %s } }
        """
                .formatted(rows, options);
    }

    private static String upsert(int version) {
        return """
        iceberg.table.primary-keys = id
        iceberg.table.upsert-mode-enabled = true
        iceberg.table.auto-create-props { format-version = "%s" }
        """
                .formatted(version);
    }

    private static List<FileScanTask> files(World world) throws IOException {
        List<FileScanTask> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks =
                world.table("t.a").newScan().includeColumnStats().planFiles()) {
            tasks.forEach(files::add);
        }
        return files;
    }

    private static List<Snapshot> merges(Table table) {
        List<Snapshot> merges = new ArrayList<>();
        table.snapshots()
                .forEach(snapshot -> {
                    if (snapshot.operation().equals(DataOperations.REPLACE)) {
                        merges.add(snapshot);
                    }
                });
        return merges;
    }

    private static List<String> expected(int from, int to) {
        List<String> rows = new ArrayList<>();
        for (int id = from; id < to; id++) {
            rows.add("%s|%s|v%s".formatted(id, id % 3, id));
        }
        return rows;
    }

    private static void requireRows(World world, int from, int to) throws IOException {
        assertThat(world.byFirst("t.a").values())
                .containsExactlyInAnyOrderElementsOf(expected(from, to));
    }

    @Test
    void manyCommitsLeaveFewFiles() throws Exception {
        try (var world = new World(folder)) {
            assertThat(world.run(job(0, 300, "")).message()).isEqualTo("finished");

            requireRows(world, 0, 300);
            assertThat(files(world).size()).isLessThan(20);
            List<Snapshot> merges = merges(world.table("t.a"));
            assertThat(merges)
                    .isNotEmpty()
                    .allSatisfy(merge -> {
                        assertThat(merge.summary()).containsEntry("tarn.pipeline", "merge");
                        assertThat(merge.summary().get("deleted-records"))
                                .isEqualTo(merge.summary().get("added-records"));
                    });
            requireNoOrphans(world);
        }
    }

    /// What the folder has is what some snapshot of the table has.
    private static void requireNoOrphans(World world) throws IOException {
        List<String> known = new ArrayList<>();
        Table table = world.table("t.a");
        for (Snapshot snapshot : table.snapshots()) {
            var changes = SnapshotChanges.builderFor(table).snapshot(snapshot).build();
            changes.addedDataFiles().forEach(file -> known.add(name(file.location())));
            changes.addedDeleteFiles().forEach(file -> known.add(name(file.location())));
        }
        try (Stream<Path> all = Files.walk(world.folder.resolve("objects"))) {
            List<String> found =
                    all.map(path -> path.getFileName().toString())
                            .filter(name -> name.endsWith(".parquet") || name.endsWith(".puffin"))
                            .toList();
            assertThat(known).containsAll(found);
        }
    }

    private static String name(String location) {
        return location.substring(location.lastIndexOf('/') + 1);
    }

    @Test
    void partitionsStayApart() throws Exception {
        try (var world = new World(folder)) {
            String options = "iceberg.table.partition-keys = [part]";
            assertThat(world.run(job(0, 150, options)).message()).isEqualTo("finished");

            requireRows(world, 0, 150);
            assertThat(files(world).size()).isLessThan(40);
            assertThat(merges(world.table("t.a"))).isNotEmpty();
            for (FileScanTask task : files(world)) {
                int part = task.file().partition().get(0, Integer.class);
                assertThat(intOf(task.file().lowerBounds())).isEqualTo(part);
                assertThat(intOf(task.file().upperBounds())).isEqualTo(part);
            }
        }
    }

    @Test
    void aBranchIsMergedAlone() throws Exception {
        try (var world = new World(folder)) {
            assertThat(world.run(job(0, 9, "")).message()).isEqualTo("finished");
            String branch = "iceberg.table.commit-branch = dev";
            assertThat(world.run(job(9, 60, branch)).message()).isEqualTo("finished");

            requireRows(world, 0, 9);
            assertThat(files(world)).hasSize(3);
            List<FileScanTask> there = new ArrayList<>();
            try (CloseableIterable<FileScanTask> tasks =
                    world.table("t.a").newScan().useRef("dev").planFiles()) {
                tasks.forEach(there::add);
            }
            assertThat(there).hasSizeLessThan(10);
            assertThat(there.stream().mapToLong(task -> task.file().recordCount()).sum())
                    .isEqualTo(60);
        }
    }

    @Test
    void manyFilesOfDeletesBecomeFew() throws Exception {
        try (var world = new World(folder)) {
            String whole =
                    job(0, 200, upsert(2)).replace("checkpoint.rows = 3", "checkpoint.rows = 1000");
            assertThat(world.run(whole).message()).isEqualTo("finished");
            String deletes = job(0, 90, upsert(2)).replace("kind = INSERT", "kind = DELETE");
            assertThat(world.run(deletes).message()).isEqualTo("finished");

            requireRows(world, 90, 200);
            assertThat(files(world)).hasSize(1);
            assertThat(files(world).getFirst().deletes()).hasSizeLessThan(10);
            assertThat(world.run(job(0, 3, upsert(2))).message()).isEqualTo("finished");
            assertThat(world.rows("t.a")).hasSize(113);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void aFileOfMostlyDeletedRowsIsWrittenAnew(int version) throws Exception {
        try (var world = new World(folder)) {
            // Small enough that the file of all rows is a large one.
            String options =
                    upsert(version)
                            .replace(
                                    "{ format-version",
                                    "{ \"write.target-file-size-bytes\" = 4000, format-version");
            String whole =
                    job(0, 400, options).replace("checkpoint.rows = 3", "checkpoint.rows = 400");
            assertThat(world.run(whole).message()).isEqualTo("finished");
            String large = files(world).getFirst().file().location();
            String deletes = "kind = DELETE";
            assertThat(world.run(job(0, 180, options).replace("kind = INSERT", deletes)).message())
                    .isEqualTo("finished");
            assertThat(files(world).getFirst().file().location()).isEqualTo(large);

            assertThat(
                            world.run(job(180, 230, options).replace("kind = INSERT", deletes))
                                    .message())
                    .isEqualTo("finished");

            assertThat(files(world)).hasSize(1);
            assertThat(files(world).getFirst().file().location()).isNotEqualTo(large);
            assertThat(files(world).getFirst().file().recordCount()).isLessThan(200);
            requireRows(world, 230, 400);
        }
    }

    private static int intOf(Map<Integer, ByteBuffer> bounds) {
        return Conversions.fromByteBuffer(Types.IntegerType.get(), bounds.get(2));
    }

    @Test
    void aTableSaysWhetherItsFilesAreMerged() throws Exception {
        String never = "iceberg.table.auto-create-props { \"tarn.merge.min-input-files\" = 0 }";
        try (var world = new World(folder)) {
            String job = job(0, 60, never).replaceAll("iceberg.table.write-props .*\n", "");
            assertThat(world.run(job).message()).isEqualTo("finished");
            assertThat(merges(world.table("t.a"))).isEmpty();
            assertThat(files(world)).hasSize(20);

            // What others left behind is merged as well; the job's word goes before the table's.
            assertThat(world.run(job(60, 63, "")).message()).isEqualTo("finished");
            requireRows(world, 0, 63);
            assertThat(files(world)).hasSizeLessThan(5);

            assertThat(
                            world.run(job.replace("= 0 }", "= some }").replace("= a\n", "= b\n"))
                                    .message())
                    .contains(
                            "tarn.merge.min-input-files, expected 0 or a number from 2 on, found"
                                    + " 'some'");
        }
    }

    private static Map<Long, List<Object>> lineage(World world) throws IOException {
        Map<Long, List<Object>> rows = new TreeMap<>();
        var columns =
                new Schema(
                        Types.NestedField.required(1, "id", Types.LongType.get()),
                        MetadataColumns.ROW_ID,
                        MetadataColumns.LAST_UPDATED_SEQUENCE_NUMBER);
        try (CloseableIterable<Record> read =
                IcebergGenerics.read(world.table("t.a")).project(columns).build()) {
            read.forEach(row -> rows.put((Long) row.get(0), List.of(row.get(1), row.get(2))));
        }
        return rows;
    }

    @Test
    void rowsKeepTheirIdsAndTheirCommits() throws Exception {
        try (var world = new World(folder)) {
            String version = upsert(3);
            String unmerged = job(0, 60, version).replace("files\" = 4", "files\" = 0");
            assertThat(world.run(unmerged).message()).isEqualTo("finished");
            Map<Long, List<Object>> before = lineage(world);
            assertThat(before).hasSize(60);

            assertThat(world.run(job(30, 31, version)).message()).isEqualTo("finished");
            assertThat(merges(world.table("t.a"))).isNotEmpty();
            Map<Long, List<Object>> after = lineage(world);

            // The row that came again is another one.
            assertThat(after.remove(30L)).isNotEqualTo(before.remove(30L));
            assertThat(after).isEqualTo(before);

            // Files that were merged are merged again.
            assertThat(world.run(job(60, 160, version)).message()).isEqualTo("finished");
            after = lineage(world);
            assertThat(after).hasSize(160);
            after.keySet().removeIf(id -> id >= 60);
            after.remove(30L);
            assertThat(after).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void rowsOfOneKeyThatWereThereBeforeAnybodyUpsertedStay(int version) throws Exception {
        try (var world = new World(folder)) {
            String append = upsert(version).replace("enabled = true", "enabled = false");
            String twice = job(0, 20, append).replace("files\" = 4", "files\" = 0");
            assertThat(world.run(twice).message()).isEqualTo("finished");
            assertThat(world.run(twice).message()).isEqualTo("finished");
            assertThat(world.rows("t.a")).hasSize(40);

            assertThat(world.run(job(100, 140, upsert(version))).message()).isEqualTo("finished");
            assertThat(merges(world.table("t.a"))).isNotEmpty();
            assertThat(world.rows("t.a")).hasSize(80);

            // The index knows where they are by now.
            assertThat(world.run(job(100, 140, upsert(version))).message()).isEqualTo("finished");
            assertThat(world.rows("t.a")).hasSize(80);
        }
    }

    /// Does something in the moment in which a merge has written its first file.
    private World worldWithAGuest(Consumer<World> guest) {
        World[] world = new World[1];
        int[] files = {0};
        Consumer<Location> begun =
                location -> {
                    if (location.toString().contains("/data/") && ++files[0] == 5) {
                        guest.accept(world[0]);
                    }
                };
        world[0] = new World(folder, d -> d, inner -> new WatchedStore(inner, _ -> {}, begun));
        return world[0];
    }

    @ParameterizedTest
    @ValueSource(strings = {"appends", "upserts"})
    void aMergeIsUndoneWhenSomebodyDeletesRowsMeanwhile(String how) throws Exception {
        String options = how.equals("upserts") ? upsert(3) : "";
        try (var world =
                worldWithAGuest(w -> {
                    var pending = w.catalog.tables().begin(w.warehouse());
                    Table table = pending.table(TableIdentifier.parse("t.a"));
                    table.newDelete().deleteFromRowFilter(Expressions.lessThan("id", 3)).commit();
                    pending.commit(tx -> {});
                })) {
            Progress run = world.run(job(0, 12, options));

            assertThat(run.state()).as(run.message()).isEqualTo(State.FINISHED);
            assertThat(run.notes().toString()).contains("Small files of table t.a were not merged");
            requireRows(world, 3, 12);
            assertThat(merges(world.table("t.a"))).isEmpty();
            requireNoOrphans(world);

            assertThat(world.run(job(12, 40, options)).message()).isEqualTo("finished");
            assertThat(merges(world.table("t.a"))).isNotEmpty();
            requireRows(world, 3, 40);
        }
    }

    @Test
    void rowsThatSomebodyAppendsMeanwhileDoNotStopAMerge() throws Exception {
        try (var world =
                worldWithAGuest(w -> {
                    String other = job(100, 103, "").replace("= merge,", "= other,");
                    try {
                        assertThat(w.run(other).message()).isEqualTo("finished");
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                })) {
            assertThat(world.run(job(0, 12, "")).message()).isEqualTo("finished");

            assertThat(merges(world.table("t.a"))).isNotEmpty();
            List<String> rows = expected(0, 12);
            rows.addAll(expected(100, 103));
            assertThat(world.byFirst("t.a").values()).containsExactlyInAnyOrderElementsOf(rows);
        }
    }
}
