package dev.tarn.catalog;

import static dev.tarn.catalog.World.ORDERS;
import static dev.tarn.catalog.World.SALES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.fail;

import dev.tarn.catalog.Calls.Moment;
import dev.tarn.catalog.drop.Dropped;
import dev.tarn.storage.Condition;
import dev.tarn.storage.Location;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.GenericStatisticsFile;
import org.apache.iceberg.ImmutableGenericPartitionStatisticsFile;
import org.apache.iceberg.MetadataUpdate.SetProperties;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.UpdateRequirements;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.rest.requests.CreateTableRequest;
import org.apache.iceberg.rest.requests.ImmutableRegisterTableRequest;
import org.apache.iceberg.rest.requests.RegisterTableRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Which files a purge deletes, and that nothing keeps it from it.
interface PurgeContract {
    int PURGE_CALLS_MAX = 120;
    Duration AGES = Duration.ofDays(1);

    World world();

    private static void drop(World world) {
        world.catalog.tables().drop(world.lake, ORDERS, true);
    }

    private static List<Dropped> dropped(World world) {
        return world.catalog.drops().list(world.lake, null, PageRequest.ALL).items();
    }

    private static void set(World world, String key, String value) {
        world.catalog
                .tables()
                .commit(
                        world.lake,
                        ORDERS,
                        new UpdateTableRequest(
                                List.of(), List.of(new SetProperties(Map.of(key, value)))));
    }

    private static void create(World world, String name, String location) {
        world.catalog
                .tables()
                .create(
                        world.lake,
                        SALES,
                        CreateTableRequest.builder()
                                .withName(name)
                                .withSchema(World.SCHEMA)
                                .withLocation(location)
                                .build());
    }

    private static RegisterTableRequest registration(String location) {
        return ImmutableRegisterTableRequest.builder()
                .name("orders")
                .metadataLocation(location)
                .build();
    }

    private static void write(World world, String path) {
        world.objects.write(Location.of(path), new byte[10], Condition.NONE);
    }

    /// Polaris #4891, #967, #289, #1508: manifests, manifest lists, statistics and metadata files
    /// were left behind.
    @Test
    default void aPurgeDeletesEveryFileTheTableNamesAndNoOther() {
        var world = world().withOrders();
        String location = world.load(ORDERS).location();
        write(world, location + "/data/nobody-names-me.parquet");
        List<String> others = world.allFiles().stream().filter(f -> f.contains("nobody")).toList();
        var commit = world.catalog.tables().begin(world.lake);
        Table table = commit.table(ORDERS);
        table.updateProperties().set(TableProperties.FORMAT_VERSION, "3").commit();
        DataFile data = world.file("data");
        table.newAppend().appendFile(data).appendFile(world.file("overwritten")).commit();
        write(world, location + "/data/dv.puffin");
        table.newRowDelta().addDeletes(vector(location + "/data/dv.puffin", data)).commit();
        table.newDelete().deleteFile("s3://lake/root/data/overwritten.parquet").commit();
        write(world, location + "/metadata/stats.puffin");
        write(world, location + "/metadata/partition-stats.parquet");
        long snapshot = table.currentSnapshot().snapshotId();
        table.updateStatistics()
                .setStatistics(
                        new GenericStatisticsFile(
                                snapshot, location + "/metadata/stats.puffin", 10, 4, List.of()))
                .commit();
        table.updatePartitionStatistics()
                .setPartitionStatistics(
                        ImmutableGenericPartitionStatisticsFile.builder()
                                .snapshotId(snapshot)
                                .path(location + "/metadata/partition-stats.parquet")
                                .fileSizeInBytes(10)
                                .build())
                .commit();
        commit.commit(tx -> {});
        String last = world.load(ORDERS).metadataFileLocation();
        // Two metadata files, three manifest lists and their manifests, two data files, the vector,
        // the statistics of both kinds.
        assertThat(world.allFiles()).hasSizeGreaterThanOrEqualTo(13);

        drop(world);
        int files = world.allFiles().size() - others.size();
        world.calls.clear();
        assertThat(world.catalog.drops().purgeDue()).isEqualTo(1);
        assertThat(world.allFiles()).isEqualTo(others);
        assertThat(world.eventKinds()).endsWith("drop-table", "purge-table");
        assertThat(world.catalog.events().after(0, 100).getLast().details())
                .containsEntry("files-deleted", String.valueOf(files))
                .containsEntry("files-spared", "0");
        assertThat(world.calls.ledger().stream().filter(call -> call.contains("storage delete")))
                .hasSize(files)
                .endsWith("storage delete metadata.json");
        assertThat(last).endsWith(".metadata.json");
    }

    private static DeleteFile vector(String path, DataFile data) {
        return FileMetadata.deleteFileBuilder(PartitionSpec.unpartitioned())
                .ofPositionDeletes()
                .withFormat(FileFormat.PUFFIN)
                .withPath(path)
                .withFileSizeInBytes(10)
                .withReferencedDataFile(data.location())
                .withContentOffset(4)
                .withContentSizeInBytes(6)
                .withRecordCount(1)
                .build();
    }

    /// Lakekeeper #921: purging `orders` by prefix deleted `orders2`.
    @Test
    default void aSiblingWhoseNameBeginsAlikeIsSpared() {
        var world = world().withOrders();
        create(world, "a", "s3://lake/root/sales/t");
        create(world, "b", "s3://lake/root/sales/t2");
        var b = TableIdentifier.of(SALES, "b");
        world.append(b, "other");
        List<String> others = world.allFiles().stream().filter(f -> !f.contains("/t/")).toList();
        world.append(TableIdentifier.of(SALES, "a"), "mine");
        world.catalog.tables().drop(world.lake, TableIdentifier.of(SALES, "a"), true);
        assertThat(world.catalog.drops().purgeDue()).isEqualTo(1);
        assertThat(world.allFiles()).isEqualTo(others);
        assertThat(world.restart().files(b)).containsExactly("other");
    }

    @Test
    default void aTableAtThePlaceOfADroppedOneLosesNothing() {
        var world = world().withOrders();
        world.catalog.drops().retain(world.lake, Duration.ofHours(1));
        create(world, "a", "s3://lake/root/sales/t");
        var a = TableIdentifier.of(SALES, "a");
        world.append(a, "old");
        String named = world.load(a).currentSnapshot().manifestListLocation();
        world.catalog.tables().drop(world.lake, a, true);
        create(world, "a", "s3a://lake/root/sales/t/"); // the same place, written differently
        List<String> files = world.allFiles();
        world.pass(AGES);
        assertThat(world.catalog.drops().purgeDue()).isEqualTo(1);
        // What lies elsewhere goes; what lies in the folder of the new one stays, whoever named it.
        files = files.stream().filter(file -> !file.endsWith("data/old.parquet")).toList();
        assertThat(world.allFiles()).isEqualTo(files).contains(named);
        world.append(a, "new");
        assertThat(world.restart().files(a)).containsExactly("new");
    }

    @Test
    default void aTableThatMovedToThePlaceOfADroppedOneLosesNothing() {
        var world = world().withOrders();
        create(world, "a", "s3://lake/root/sales/t");
        var a = TableIdentifier.of(SALES, "a");
        world.append(a, "old");
        world.catalog.tables().drop(world.lake, a, true);
        var commit = world.catalog.tables().begin(world.lake);
        commit.table(ORDERS).updateLocation().setLocation("s3://lake/root/sales/t").commit();
        commit.commit(tx -> {});
        List<String> files =
                world.allFiles().stream().filter(f -> !f.endsWith("old.parquet")).toList();
        assertThat(world.catalog.drops().purgeDue()).isEqualTo(1);
        assertThat(world.allFiles()).isEqualTo(files);
        assertThat(world.restart().load(ORDERS).location()).isEqualTo("s3://lake/root/sales/t");
    }

    @Test
    default void aTableRegisteredFromADroppedOneKeepsItsFiles() {
        var world = world().withOrders();
        world.append(ORDERS, "a");
        String location = world.load(ORDERS).metadataFileLocation();
        drop(world);
        world.catalog.tables().register(world.lake, SALES, registration(location));
        List<String> before = world.allFiles();
        assertThat(world.restart().catalog.drops().purgeDue()).isEqualTo(1);
        assertThat(world.allFiles()).isEqualTo(before);
        assertThat(world.restart().files(ORDERS)).containsExactly("a");
        assertThat(world.eventKinds()).endsWith("register-table", "expire-table");
    }

    /// A second registration that was dropped, but can be restored, keeps its files, too.
    @Test
    default void filesThatARestorableTableSharesStay() {
        var world = world().withOrders();
        world.append(ORDERS, "a");
        String location = world.load(ORDERS).metadataFileLocation();
        drop(world);
        world.catalog
                .tables()
                .register(
                        world.lake,
                        SALES,
                        ImmutableRegisterTableRequest.builder()
                                .name("twin")
                                .metadataLocation(location)
                                .build());
        world.catalog.drops().retain(world.lake, Duration.ofHours(1));
        var twin = TableIdentifier.of(SALES, "twin");
        world.catalog.tables().drop(world.lake, twin, true);
        assertThat(world.catalog.drops().purgeDue()).isEqualTo(1);
        world.catalog.drops().undrop(world.lake, dropped(world).getFirst().id(), null);
        assertThat(world.restart().files(twin)).containsExactly("a");
    }

    @Test
    default void whatIsBeingPurgedCannotBeRegistered() {
        var world = world().withOrders();
        String older = world.load(ORDERS).metadataFileLocation();
        world.append(ORDERS, "a");
        String location = world.load(ORDERS).metadataFileLocation();
        drop(world);
        leavePurgeAfterItBegan(world);
        for (String file : List.of(location, older)) {
            assertThatThrownBy(() ->
                            world.catalog.tables().register(world.lake, SALES, registration(file)))
                    .isInstanceOf(CommitFailedException.class)
                    .hasMessageContaining("are being purged");
        }
        world.pass(AGES);
        assertThat(world.catalog.drops().purgeDue()).isEqualTo(1);
        assertThat(world.allFiles()).isEmpty();
        assertThatThrownBy(() ->
                        world.catalog.tables().register(world.lake, SALES, registration(location)))
                .isInstanceOf(NotFoundException.class);
    }

    private static void leavePurgeAfterItBegan(World world) {
        for (int n = 1; dropped(world).stream().noneMatch(d -> d.progress().begun()); n++) {
            world.calls.breakCall(n, Moment.BEFORE);
            catchThrowable(() -> world.catalog.drops().purgeDue());
            assertThat(world.calls.broke()).isTrue();
            world.pass(AGES);
        }
    }

    /// The register reads the metadata file, the purge begins and ends, the register goes on.
    @Test
    default void aRegisterOvertakenByAPurgeFindsNothing() {
        var world = world().withOrders();
        String location = world.load(ORDERS).metadataFileLocation();
        drop(world);
        boolean[] purged = {false};
        world.calls.after(
                "storage get metadata.json",
                () -> {
                    if (!purged[0]) {
                        purged[0] = true;
                        assertThat(world.restart().catalog.drops().purgeDue()).isEqualTo(1);
                    }
                });
        assertThatThrownBy(() ->
                        world.catalog.tables().register(world.lake, SALES, registration(location)))
                .isInstanceOf(NotFoundException.class);
        assertThat(purged[0]).isTrue();
        assertThat(world.catalog.tables().exists(world.lake, ORDERS)).isFalse();
    }

    @Test
    default void ofRegistersAndAPurgeAnyMayWinAndNoTableIsBroken() throws Exception {
        var world = world().withOrders();
        for (int round = 0; round < 10; round++) {
            world.append(ORDERS, "f" + round);
            String location = world.load(ORDERS).metadataFileLocation();
            drop(world);
            CatalogContract.inParallel(
                    4,
                    i -> {
                        if (i == 0) {
                            world.catalog.drops().purgeDue();
                        } else {
                            world.catalog
                                    .tables()
                                    .register(world.lake, SALES, registration(location));
                        }
                    });
            if (world.catalog.tables().exists(world.lake, ORDERS)) {
                assertThat(world.restart().files(ORDERS)).hasSize(1);
                world.catalog.tables().drop(world.lake, ORDERS, true);
            }
            world.catalog.drops().purgeDue();
            assertThat(world.allFiles()).isEmpty();
            world.withOrders();
        }
    }

    @Test
    default void aTableThatForbidsItKeepsItsFiles() {
        var world = world().withOrders();
        world.append(ORDERS, "a");
        set(world, TableProperties.GC_ENABLED, "false");
        String location = world.load(ORDERS).metadataFileLocation();
        drop(world);
        List<String> before = world.allFiles();
        assertThat(world.catalog.drops().purgeDue()).isEqualTo(1);
        assertThat(world.allFiles()).isEqualTo(before);
        world.catalog.tables().register(world.lake, SALES, registration(location));
        assertThat(world.restart().files(ORDERS)).containsExactly("a");
    }

    @Test
    default void aMetadataFileThatIsAnotherTablesNowIsSpared() {
        var world = world().withOrders();
        TableMetadata old = world.load(ORDERS);
        drop(world);
        String another = TableMetadataParser.toJson(old).replace(old.uuid(), uuidOf(old));
        world.objects.write(
                Location.of(old.metadataFileLocation()),
                another.getBytes(StandardCharsets.UTF_8),
                Condition.NONE);
        assertThat(world.catalog.drops().purgeDue()).isEqualTo(1);
        world.catalog
                .tables()
                .register(world.lake, SALES, registration(old.metadataFileLocation()));
        assertThat(world.restart().load(ORDERS).uuid()).isEqualTo(uuidOf(old));
    }

    private static String uuidOf(TableMetadata old) {
        return new StringBuilder(old.uuid()).reverse().toString().replaceAll("[^-]", "7");
    }

    @Test
    default void purgeNowWaitsForNoRetention() {
        var world = world().withOrders();
        world.catalog.drops().retain(world.lake, Duration.ofDays(7));
        world.append(ORDERS, "a");
        world.catalog.tables().drop(world.lake, ORDERS, false);
        String id = dropped(world).getFirst().id();
        assertThat(world.catalog.drops().purge(world.lake, id).purge()).isTrue();
        assertThatThrownBy(() -> world.catalog.drops().undrop(world.lake, id, null))
                .isInstanceOf(NoSuchTableException.class);
        assertThat(world.catalog.drops().purgeDue()).isEqualTo(1);
        assertThat(world.allFiles()).isEmpty();
        assertThatThrownBy(() -> world.catalog.drops().purge(world.lake, id))
                .isInstanceOf(NoSuchTableException.class);
    }

    @Test
    default void aPurgeThatFailsKeepsNoOtherWaitingAndIsTriedAgain() {
        var world = world().withOrders();
        TableMetadata broken = world.load(ORDERS);
        String json = TableMetadataParser.toJson(broken);
        drop(world);
        world.withOrders();
        String whole = world.load(ORDERS).metadataFileLocation();
        drop(world);
        world.objects.write(
                Location.of(broken.metadataFileLocation()), new byte[] {1}, Condition.NONE);

        var later = world.restart();
        assertThat(later.catalog.drops().purgeDue()).isEqualTo(1);
        assertThat(world.objects.find(Location.of(whole))).isEmpty();
        Dropped left = dropped(later).getFirst();
        assertThat(left.uuid()).isEqualTo(broken.uuid());
        assertThat(left.progress().attempts()).isEqualTo(1);
        assertThat(left.progress().lastError()).contains("Illegal character");
        world.objects.write(
                Location.of(broken.metadataFileLocation()),
                json.getBytes(StandardCharsets.UTF_8),
                Condition.NONE);
        assertThat(later.catalog.drops().purgeDue()).isZero(); // not at once
        later.pass(Duration.ofSeconds(11));
        assertThat(later.catalog.drops().purgeDue()).isEqualTo(1);
        assertThat(world.allFiles()).isEmpty();
    }

    /// Iceberg #14980: what a commit wrote that raced with the drop was left behind.
    @Test
    default void aCommitThatWinsAgainstThePurgingDropIsPurgedWithIt() throws Exception {
        var world = world().withOrders();
        for (int round = 0; round < 10; round++) {
            String name = "r" + round;
            CatalogContract.inParallel(
                    4,
                    i -> {
                        if (i == 0) {
                            drop(world);
                        } else {
                            set(world, name, "v" + i);
                        }
                    });
            assertThat(world.catalog.drops().purgeDue()).isEqualTo(1);
            assertThat(world.allFiles()).isEmpty();
            world.withOrders();
        }
    }

    @Test
    default void ofTwoReplicasOnePurgesEachTable() throws Exception {
        var world = world();
        for (int i = 0; i < 8; i++) {
            world.withOrders();
            world.append(ORDERS, "f" + i);
            drop(world);
        }
        var replicas = List.of(world, world.restart(), world.restart(), world.restart());
        List<Integer> ended = new ArrayList<>(List.of(0, 0, 0, 0));
        List<Throwable> failures =
                CatalogContract.inParallel(
                        4, i -> ended.set(i, replicas.get(i).catalog.drops().purgeDue()));
        assertThat(failures).isEmpty();
        assertThat(ended.stream().mapToInt(Integer::intValue).sum()).isEqualTo(8);
        assertThat(world.allFiles()).isEmpty();
        assertThat(world.eventKinds()).filteredOn("purge-table"::equals).hasSize(8);
    }

    /// Polaris #269: a purge under way was lost with its process.
    @ParameterizedTest
    @EnumSource
    default void aFaultAnywhereInAPurgeOnlyDelaysIt(Moment moment) {
        var world = world().withOrders();
        create(world, "neighbour", "s3://lake/root/sales/neighbour");
        var neighbour = TableIdentifier.of(SALES, "neighbour");
        world.append(neighbour, "theirs");
        drop(world);
        world.catalog.drops().purgeDue();
        List<String> others = world.allFiles();
        for (int n = 1; n <= PURGE_CALLS_MAX; n++) {
            world.withOrders();
            world.append(ORDERS, "a");
            world.append(ORDERS, "b");
            String last = world.load(ORDERS).metadataFileLocation();
            drop(world);
            world.calls.breakCall(n, moment);
            catchThrowable(() -> world.catalog.drops().purgeDue());
            boolean broke = world.calls.broke();
            var after = world.restart();
            if (world.allFiles().size() > others.size()) {
                assertThat(world.allFiles()).as("call %s", n).contains(last);
                assertThat(dropped(after)).as("call %s", n).hasSize(1);
            }
            after.pass(AGES);
            after.catalog.drops().purgeDue();
            assertThat(world.allFiles()).as("call %s", n).isEqualTo(others);
            assertThat(dropped(after)).isEmpty();
            if (!broke) {
                assertThat(after.files(neighbour)).containsExactly("theirs");
                return; // n lies beyond the last call: every fault has been tried
            }
        }
        fail("it makes more than %s calls", PURGE_CALLS_MAX);
    }

    /// A table whose rows are older than the column that says where it lies.
    @Test
    default void aTableWithoutAPlaceIsGivenItsOwnBeforeAnythingIsDeleted() {
        var world = world().withOrders();
        create(world, "a", "s3://lake/root/sales/t");
        var a = TableIdentifier.of(SALES, "a");
        world.append(a, "old");
        world.catalog.tables().drop(world.lake, a, true);
        create(world, "a", "s3://lake/root/sales/t");
        var commit = world.catalog.tables().begin(world.lake);
        commit.commit(tx -> tx.update("UPDATE relation SET location = NULL"));
        assertThat(world.rows("SELECT id FROM relation WHERE location IS NULL")).hasSize(3);
        List<String> files =
                world.allFiles().stream().filter(f -> !f.endsWith("old.parquet")).toList();
        assertThat(world.catalog.drops().purgeDue()).isEqualTo(1);
        assertThat(world.allFiles()).isEqualTo(files);
        assertThat(world.rows("SELECT location FROM relation"))
                .containsExactlyInAnyOrder("s3://lake/root/sales/t", world.load(ORDERS).location());
    }

    @Test
    default void aStagedTableIsProtectedByItsPlaceFromItsCommitOn() {
        var world = world().withOrders();
        create(world, "a", "s3://lake/root/sales/t");
        var a = TableIdentifier.of(SALES, "a");
        world.append(a, "old");
        world.catalog.tables().drop(world.lake, a, true);
        var request =
                CreateTableRequest.builder()
                        .withName("a")
                        .withSchema(World.SCHEMA)
                        .withLocation("s3://lake/root/sales/t")
                        .stageCreate()
                        .build();
        TableMetadata staged = world.catalog.tables().create(world.lake, SALES, request).metadata();
        world.catalog
                .tables()
                .commit(
                        world.lake,
                        a,
                        new UpdateTableRequest(
                                UpdateRequirements.forCreateTable(staged.changes()),
                                staged.changes()));
        List<String> files =
                world.allFiles().stream().filter(f -> !f.endsWith("old.parquet")).toList();
        assertThat(world.catalog.drops().purgeDue()).isEqualTo(1);
        assertThat(world.allFiles()).isEqualTo(files);
    }
}
