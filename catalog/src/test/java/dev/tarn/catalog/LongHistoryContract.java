package dev.tarn.catalog;

import static dev.tarn.catalog.World.ORDERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.storage.Location;
import dev.tarn.storage.ObjectInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.iceberg.MetadataUpdate;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotParser;
import org.apache.iceberg.SnapshotRefType;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.UpdateRequirement;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A table with a long history is a table like any other.
interface LongHistoryContract {
    int SNAPSHOTS = 400;
    String MAIN = "main";

    World world();

    private World withLongHistory() {
        World world = world().withOrders();
        for (int i = 0; i < SNAPSHOTS; i += 50) {
            List<MetadataUpdate> updates = new ArrayList<>();
            for (int n = i + 1; n <= i + 50; n++) {
                updates.add(new MetadataUpdate.AddSnapshot(snapshot(n)));
            }
            updates.add(ref(MAIN, i + 50, SnapshotRefType.BRANCH));
            commit(world, updates);
        }
        return world;
    }

    private static Snapshot snapshot(int n) {
        return SnapshotParser.fromJson(
                """
                {"sequence-number":%1$d,"snapshot-id":%1$d,"timestamp-ms":%2$d,"schema-id":0,
                 "summary":{"operation":"append","added-records":"%1$d","note":"%3$s"},
                 "manifest-list":"s3://lake/root/snap-%1$d.avro"}
                """
                        .formatted(
                                n, System.currentTimeMillis(), "as engines write it ".repeat(5)));
    }

    private static MetadataUpdate ref(String name, long snapshot, SnapshotRefType type) {
        return new MetadataUpdate.SetSnapshotRef(name, snapshot, type, null, null, null);
    }

    private static TableMetadata commit(World world, List<MetadataUpdate> updates) {
        return world.catalog
                .tables()
                .commit(world.lake, ORDERS, new UpdateTableRequest(List.of(), updates))
                .metadata();
    }

    private static TableMetadata set(World world, String key, String value) {
        return commit(world, List.of(new MetadataUpdate.SetProperties(Map.of(key, value))));
    }

    private static List<String> metadataFiles(World world) {
        try (Stream<ObjectInfo> objects = world.objects.list(Location.of("s3://lake/"))) {
            return objects.map(object -> object.location().toString())
                    .filter(name -> name.endsWith(".metadata.json"))
                    .toList();
        }
    }

    @Test
    default void aLongHistoryIsReadBackAsItWasWritten() {
        World world = withLongHistory();
        TableMetadata committed = set(world, "a", "b");

        assertThat(committed.snapshots()).hasSize(SNAPSHOTS);
        assertThat(committed.snapshotLog()).hasSize(SNAPSHOTS / 50);
        assertThat(committed.previousFiles()).hasSize(SNAPSHOTS / 50 + 1);
        assertThat(TableMetadataParser.toJson(world.restart().load(ORDERS)))
                .isEqualTo(TableMetadataParser.toJson(committed));
    }

    @Test
    default void aLargeFileIsCompressedAndIcebergReadsIt() {
        World world = withLongHistory();
        TableMetadata committed = set(world, "a", "b");

        assertThat(metadataFiles(world).getFirst()).doesNotContain(".gz.");
        assertThat(committed.metadataFileLocation()).endsWith(".gz.metadata.json");
        TableMetadata read =
                TableMetadataParser.read(
                        new StoreFileIO(world.objects), committed.metadataFileLocation());
        assertThat(TableMetadataParser.toJson(read))
                .isEqualTo(TableMetadataParser.toJson(committed));
    }

    @ParameterizedTest
    @CsvSource({"none,false", "gzip,true"})
    default void whatATableSaysAboutCompressionIsDone(String codec, boolean compressed) {
        World world = withLongHistory();
        TableMetadata committed = set(world, "write.metadata.compression-codec", codec);

        assertThat(committed.metadataFileLocation().contains(".gz.")).isEqualTo(compressed);
        TableMetadata read =
                TableMetadataParser.read(
                        new StoreFileIO(world.objects), committed.metadataFileLocation());
        assertThat(TableMetadataParser.toJson(read))
                .isEqualTo(TableMetadataParser.toJson(committed));
    }

    @Test
    default void aCommitToALongHistoryCostsWhatAnyOtherDoes() {
        World world = withLongHistory();
        world.calls.clear();
        set(world, "a", "b");
        assertThat(world.calls.ledger())
                .containsExactly(
                        "store select namespace",
                        "storage put metadata.json",
                        "store commit",
                        "store update relation",
                        "store insert event");
    }

    @Test
    default void theMetadataLogAndItsFilesEndWhereTheTableAsks() {
        World world = withLongHistory();
        commit(
                world,
                List.of(
                        new MetadataUpdate.SetProperties(
                                Map.of(
                                        "write.metadata.delete-after-commit.enabled",
                                        "true",
                                        "write.metadata.previous-versions-max",
                                        "3"))));
        for (int i = 0; i < 5; i++) {
            String previous = world.load(ORDERS).metadataFileLocation();
            TableMetadata committed = set(world, "i", "" + i);
            assertThat(committed.previousFiles()).hasSize(3);
            assertThat(committed.previousFiles().getLast().file()).isEqualTo(previous);
        }
        assertThat(metadataFiles(world)).hasSize(4);
        assertThat(world.restart().load(ORDERS).previousFiles())
                .isEqualTo(world.load(ORDERS).previousFiles());
    }

    @Test
    default void anOldSnapshotCanBecomeCurrentAgain() {
        World world = withLongHistory();
        TableMetadata back = commit(world, List.of(ref(MAIN, 7, SnapshotRefType.BRANCH)));

        assertThat(back.currentSnapshot().snapshotId()).isEqualTo(7);
        assertThat(back.snapshots()).hasSize(SNAPSHOTS);
        assertThat(back.snapshotLog().getLast().snapshotId()).isEqualTo(7);
        assertThat(TableMetadataParser.toJson(world.restart().load(ORDERS)))
                .isEqualTo(TableMetadataParser.toJson(back));
    }

    @Test
    default void oldSnapshotsExpireWithTheirPartOfTheLog() {
        World world = withLongHistory();
        TableMetadata tagged = commit(world, List.of(ref("keep", 3, SnapshotRefType.TAG)));
        TableMetadata expired =
                commit(world, List.of(new MetadataUpdate.RemoveSnapshots(Set.of(1L, 2L, 100L))));

        assertThat(tagged.refs()).containsKey("keep");
        assertThat(expired.snapshots()).hasSize(SNAPSHOTS - 3);
        assertThat(expired.snapshotLog()).hasSize(SNAPSHOTS / 50 - 2);
        assertThat(TableMetadataParser.toJson(world.restart().load(ORDERS)))
                .isEqualTo(TableMetadataParser.toJson(expired));
    }

    @Test
    default void anOldIdIsNotTakenTwice() {
        World world = withLongHistory();
        String before = world.load(ORDERS).metadataFileLocation();
        Snapshot twice =
                SnapshotParser.fromJson(
                        SnapshotParser.toJson(snapshot(SNAPSHOTS + 1))
                                .replace(
                                        "\"snapshot-id\" : " + (SNAPSHOTS + 1),
                                        "\"snapshot-id\" : 5"));
        assertThat(twice.snapshotId()).isEqualTo(5);
        assertThatThrownBy(() -> commit(world, List.of(new MetadataUpdate.AddSnapshot(twice))))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("Snapshot already exists for id: 5");
        assertThat(world.load(ORDERS).metadataFileLocation()).isEqualTo(before);
        assertThat(metadataFiles(world)).hasSize(SNAPSHOTS / 50 + 1);
    }

    @Test
    default void anAppendFindsTheFilesBeforeIt() {
        World world = world().withOrders();
        world.append(ORDERS, "first");
        for (int i = 0; i < 80; i++) {
            commit(world, List.of(ref("tag" + i, current(world), SnapshotRefType.TAG)));
            world.append(ORDERS, "f" + i);
        }
        assertThat(world.restart().files(ORDERS)).hasSize(81).contains("first", "f0", "f79");
        assertThat(world.files(ORDERS)).isEqualTo(world.restart().files(ORDERS));
    }

    private static long current(World world) {
        return world.load(ORDERS).currentSnapshot().snapshotId();
    }

    @Test
    default void aStaleCommitToALongHistoryWritesNothing() {
        World world = withLongHistory();
        world.calls.clear();
        var stale =
                new UpdateTableRequest(
                        List.of(new UpdateRequirement.AssertRefSnapshotID(MAIN, 1L)),
                        List.of(new MetadataUpdate.AddSnapshot(snapshot(SNAPSHOTS + 1))));
        assertThatThrownBy(() -> world.catalog.tables().commit(world.lake, ORDERS, stale))
                .hasMessageContaining("branch main has changed");
        assertThat(world.calls.ledger()).containsOnly("store select namespace");
    }
}
