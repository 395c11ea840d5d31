package dev.tarn.catalog;

import static dev.tarn.catalog.World.ORDERS;
import static dev.tarn.catalog.World.SALES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.storage.Condition;
import dev.tarn.storage.Location;
import dev.tarn.storage.ObjectInfo;
import dev.tarn.storage.local.FolderStore;
import dev.tarn.store.Database;
import dev.tarn.store.Databases;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kills a process while it purges, and lets another go on.
class PurgeKillTest {
    private static final TableIdentifier SIBLING = TableIdentifier.of(SALES, "orders2");
    private static final int APPENDS = 6;
    private static final int FILES_PER_APPEND = 400;
    private static final int FILES_PER_SECOND_MAX = 2_000;

    @TempDir Path folder;

    /// What a process has open.
    private record Opened(Database rows, FolderStore objects, Catalog catalog)
            implements AutoCloseable {
        static Opened in(Path folder, InstantSource clock) throws IOException {
            Database rows = Databases.sqlite(folder.resolve("rows.db"));
            FolderStore objects = FolderStore.open(folder.resolve("objects"), false, clock);
            objects.createBucket("lake");
            return new Opened(rows, objects, new Catalog(rows, objects, World.SETTINGS, clock));
        }

        List<String> files() {
            try (Stream<ObjectInfo> all = objects.list(Location.of("s3://lake/"))) {
                return all.map(object -> object.location().toString()).toList();
            }
        }

        void fill(TableIdentifier name, int appends, int files) {
            var lake = catalog.warehouses().defaultWarehouse();
            catalog.tables().create(lake, SALES, World.create(name.name()));
            String location = catalog.tables().load(lake, name).metadata().location();
            for (int i = 0; i < appends; i++) {
                var commit = catalog.tables().begin(lake);
                AppendFiles append = commit.table(name).newFastAppend();
                for (int k = 0; k < files; k++) {
                    String path = "%s/data/%d-%d.parquet".formatted(location, i, k);
                    objects.write(Location.of(path), new byte[10], Condition.NONE);
                    append.appendFile(
                            DataFiles.builder(PartitionSpec.unpartitioned())
                                    .withPath(path)
                                    .withFileSizeInBytes(10)
                                    .withRecordCount(1)
                                    .build());
                }
                append.commit();
                commit.commit(tx -> {});
            }
        }

        @Override
        public void close() {
            catalog.close();
            objects.close();
            rows.close();
        }
    }

    /// Polaris #269 and #3695: a purge was lost with its process, and took all the process had.
    @Test
    void aKilledPurgeGoesOnInTheNextProcessAndDeletesExactlyTheTablesFiles() throws Exception {
        List<String> others;
        int all;
        try (Opened before = Opened.in(folder, InstantSource.system())) {
            var lake = before.catalog.warehouses().defaultWarehouse();
            before.catalog.namespaces().create(lake, SALES, Map.of());
            before.fill(SIBLING, 1, 3);
            others = before.files();
            before.fill(ORDERS, APPENDS, FILES_PER_APPEND);
            all = before.files().size();
            before.catalog.tables().drop(lake, ORDERS, true);
        }
        killAfterTheFirstBatches();

        InstantSource later = () -> Instant.now().plus(Duration.ofMinutes(1));
        try (Opened after = Opened.in(folder, later)) {
            int left = after.files().size();
            assertThat(left).isLessThan(all).isGreaterThan(others.size());
            var lake = after.catalog.warehouses().defaultWarehouse();
            var dropped = after.catalog.drops().list(lake, null, PageRequest.ALL).items();
            assertThat(dropped).hasSize(1);
            assertThat(dropped.getFirst().progress().begun()).isTrue();

            long start = System.nanoTime();
            assertThat(after.catalog.drops().purgeDue()).isEqualTo(1);
            long millis = Duration.ofNanos(System.nanoTime() - start).toMillis();
            assertThat(after.files()).isEqualTo(others);
            assertThat(millis)
                    .as("held to its rate")
                    .isGreaterThanOrEqualTo((left - others.size()) * 1_000L / FILES_PER_SECOND_MAX);
            assertThat(after.catalog.tables().load(lake, SIBLING).metadata().snapshots())
                    .hasSize(1);
        }
    }

    private void killAfterTheFirstBatches() throws IOException, InterruptedException {
        long all = count(folder.resolve("objects"));
        Process purger =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx128m",
                                "-XX:TieredStopAtLevel=1",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Purger.class.getName(),
                                folder.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (BufferedReader lines = purger.inputReader(StandardCharsets.UTF_8)) {
            assertThat(lines.readLine()).isEqualTo("purging");
            while (count(folder.resolve("objects")) >= all) { // ends: it purges, or it has ended
                assertThat(purger.isAlive()).isTrue();
            }
        } finally {
            purger.destroyForcibly().waitFor();
        }
    }

    private static long count(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().contains("/lake/"))
                    .filter(Files::isRegularFile)
                    .count();
        } catch (UncheckedIOException vanishedMeanwhile) {
            return 0;
        }
    }

    /// Purges what is due.
    static final class Purger {
        private Purger() {}

        public static void main(String[] arguments) throws IOException {
            try (Opened opened = Opened.in(Path.of(arguments[0]), InstantSource.system())) {
                System.out.println("purging");
                opened.catalog.drops().purgeDue();
            }
        }
    }
}
