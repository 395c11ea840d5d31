package dev.tarn.catalog.table;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.iceberg.EncryptedKeyParser;
import org.apache.iceberg.GenericBlobMetadata;
import org.apache.iceberg.GenericStatisticsFile;
import org.apache.iceberg.ImmutableGenericPartitionStatisticsFile;
import org.apache.iceberg.MetadataUpdate;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotParser;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.SnapshotRefType;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.StatisticsFile;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.UnboundPartitionSpec;
import org.apache.iceberg.UpdateRequirement;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.types.Types;

/// Changes that clients send, and some that they should not.
final class RandomChanges {
    private static final TableIdentifier NAME = TableIdentifier.of("sales", "orders");

    private final Random random;
    private int names;

    RandomChanges(long seed) {
        this.random = new Random(seed);
    }

    /// @param table as it is now, with all snapshots
    TableChange next(TableMetadata table) {
        List<MetadataUpdate> updates = new ArrayList<>();
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            add(updates, table);
        }
        List<UpdateRequirement> requirements = new ArrayList<>();
        if (random.nextInt(4) == 0) {
            requirements.add(
                    new UpdateRequirement.AssertRefSnapshotID(
                            SnapshotRef.MAIN_BRANCH, anySnapshot(table)));
        }
        return new TableChange(NAME, requirements, updates);
    }

    TableChange appends(TableMetadata table, int count) {
        List<MetadataUpdate> updates = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            append(updates, table, sequenceNumber(table) + i, rowId(table) + i * 10L);
        }
        return new TableChange(NAME, List.of(), updates);
    }

    TableChange append(TableMetadata table) {
        return appends(table, 1);
    }

    private void add(List<MetadataUpdate> updates, TableMetadata table) {
        switch (random.nextInt(24)) {
            case 0, 1, 2, 3, 4 -> append(updates, table, sequenceNumber(table), rowId(table));
            case 5 -> {
                append(updates, table, sequenceNumber(table), rowId(table));
                append(updates, table, sequenceNumber(table) + 1, rowId(table) + 10);
            }
            case 6 ->
                    updates.add(
                            new MetadataUpdate.AddSnapshot(snapshot(table, newId(), null, 1, 0)));
            case 7 ->
                    updates.add(
                            new MetadataUpdate.AddSnapshot(
                                    snapshot(
                                            table,
                                            anySnapshot(table),
                                            null,
                                            sequenceNumber(table),
                                            rowId(table))));
            case 8 -> updates.add(ref("main", anySnapshot(table), SnapshotRefType.BRANCH));
            case 9 ->
                    updates.add(
                            ref(
                                    "tag" + random.nextInt(3),
                                    anySnapshot(table),
                                    SnapshotRefType.TAG));
            case 10 ->
                    updates.add(
                            ref(
                                    "branch" + random.nextInt(3),
                                    anySnapshot(table),
                                    SnapshotRefType.BRANCH));
            case 11 -> updates.add(new MetadataUpdate.RemoveSnapshotRef(anyRef()));
            case 12 -> updates.add(new MetadataUpdate.RemoveSnapshots(anySnapshot(table)));
            case 13 -> updates.add(new MetadataUpdate.RemoveSnapshots(oldest(table)));
            case 14 -> updates.add(new MetadataUpdate.SetProperties(property()));
            case 15 -> updates.add(new MetadataUpdate.RemoveProperties(property().keySet()));
            case 16 -> schema(updates, table);
            case 17 -> spec(updates);
            case 18 -> {
                long snapshot = anySnapshot(table);
                updates.add(new MetadataUpdate.SetStatistics(statistics(snapshot)));
                updates.add(
                        new MetadataUpdate.SetPartitionStatistics(
                                ImmutableGenericPartitionStatisticsFile.builder()
                                        .snapshotId(snapshot)
                                        .path("s3://lake/ps-" + newId())
                                        .fileSizeInBytes(7)
                                        .build()));
            }
            case 19 -> {
                updates.add(new MetadataUpdate.RemoveStatistics(anySnapshot(table)));
                updates.add(new MetadataUpdate.RemovePartitionStatistics(anySnapshot(table)));
            }
            case 20 -> {
                String id = "key" + random.nextInt(4);
                updates.add(
                        random.nextBoolean()
                                ? new MetadataUpdate.RemoveEncryptionKey(id)
                                : new MetadataUpdate.AddEncryptionKey(
                                        EncryptedKeyParser.fromJson(
                                                "{\"key-id\":\"%s\",\"encrypted-key-metadata\":\"AAEC\",\"encrypted-by-id\":\"k\"}"
                                                        .formatted(id))));
            }
            case 21 -> {
                updates.add(new MetadataUpdate.RemoveSchemas(Set.of(random.nextInt(4))));
                updates.add(new MetadataUpdate.RemovePartitionSpecs(Set.of(random.nextInt(4))));
            }
            case 22 ->
                    updates.add(
                            random.nextBoolean()
                                    ? new MetadataUpdate.SetDefaultPartitionSpec(random.nextInt(5))
                                    : new MetadataUpdate.SetDefaultSortOrder(random.nextInt(4)));
            default -> {
                updates.add(new MetadataUpdate.AddSortOrder(order(table)));
                updates.add(new MetadataUpdate.SetDefaultSortOrder(-1));
            }
        }
    }

    private void append(
            List<MetadataUpdate> updates, TableMetadata table, long sequenceNumber, long rowId) {
        Snapshot current = table.currentSnapshot();
        long id = newId();
        updates.add(
                new MetadataUpdate.AddSnapshot(
                        snapshot(
                                table,
                                id,
                                current == null ? null : current.snapshotId(),
                                sequenceNumber,
                                rowId)));
        updates.add(ref("main", id, SnapshotRefType.BRANCH));
    }

    private Snapshot snapshot(
            TableMetadata table, long id, Long parent, long sequenceNumber, long rowId) {
        boolean embedded = table.formatVersion() == 1 && random.nextInt(3) == 0;
        return SnapshotParser.fromJson(
                "{%s\"snapshot-id\":%d,%s\"timestamp-ms\":%d,\"summary\":{\"operation\":\"append\",\"ü\":\"%d\"},%s%s\"schema-id\":0}"
                        .formatted(
                                table.formatVersion() == 1
                                        ? ""
                                        : "\"sequence-number\":" + sequenceNumber + ",",
                                id,
                                parent == null ? "" : "\"parent-snapshot-id\":" + parent + ",",
                                System.currentTimeMillis() - 10_000,
                                random.nextInt(),
                                embedded
                                        ? "\"manifests\":[\"s3://lake/m-%d.avro\"],".formatted(id)
                                        : "\"manifest-list\":\"s3://lake/snap-%d.avro\","
                                                .formatted(id),
                                table.formatVersion() < 3
                                        ? ""
                                        : "\"first-row-id\":%d,\"added-rows\":10,\"key-id\":\"k\","
                                                .formatted(rowId)));
    }

    private static long sequenceNumber(TableMetadata table) {
        return table.lastSequenceNumber() + 1;
    }

    private static long rowId(TableMetadata table) {
        return table.nextRowId();
    }

    private long newId() {
        return random.nextLong() & Long.MAX_VALUE;
    }

    /// Mostly one that is there, sometimes the current one, sometimes none.
    private long anySnapshot(TableMetadata table) {
        List<Snapshot> all = table.snapshots();
        return switch (random.nextInt(6)) {
            case 0 -> newId();
            case 1, 2 -> table.currentSnapshot() == null ? 5 : table.currentSnapshot().snapshotId();
            default -> all.isEmpty() ? 5 : all.get(random.nextInt(all.size())).snapshotId();
        };
    }

    private static Set<Long> oldest(TableMetadata table) {
        return table.snapshots().isEmpty()
                ? Set.of(5L)
                : Set.of(table.snapshots().getFirst().snapshotId());
    }

    private String anyRef() {
        return switch (random.nextInt(5)) {
            case 0 -> "main";
            case 1 -> "none";
            case 2 -> "branch" + random.nextInt(3);
            default -> "tag" + random.nextInt(3);
        };
    }

    private static MetadataUpdate ref(String name, long snapshot, SnapshotRefType type) {
        return new MetadataUpdate.SetSnapshotRef(name, snapshot, type, null, null, null);
    }

    private Map<String, String> property() {
        return random.nextInt(6) == 0
                ? Map.of("write.metadata.previous-versions-max", "" + random.nextInt(-1, 9))
                : Map.of("p" + random.nextInt(5), "\"ü\n" + random.nextInt());
    }

    private void schema(List<MetadataUpdate> updates, TableMetadata table) {
        List<Types.NestedField> columns = new ArrayList<>(table.schema().columns());
        columns.add(
                Types.NestedField.optional(
                        table.lastColumnId() + 1, "c" + names++, Types.StringType.get()));
        updates.add(new MetadataUpdate.AddSchema(new Schema(columns)));
        updates.add(new MetadataUpdate.SetCurrentSchema(random.nextInt(6) == 0 ? 99 : -1));
    }

    private void spec(List<MetadataUpdate> updates) {
        UnboundPartitionSpec spec =
                PartitionSpec.builderFor(
                                new Schema(
                                        Types.NestedField.required(1, "id", Types.LongType.get())))
                        .bucket("id", 2 + random.nextInt(4), "b" + names++)
                        .build()
                        .toUnbound();
        updates.add(new MetadataUpdate.AddPartitionSpec(spec));
        updates.add(new MetadataUpdate.SetDefaultPartitionSpec(-1));
    }

    private static SortOrder order(TableMetadata table) {
        return SortOrder.builderFor(table.schema()).desc("id").build();
    }

    private StatisticsFile statistics(long snapshot) {
        return new GenericStatisticsFile(
                snapshot,
                "s3://lake/stats-" + newId(),
                100,
                10,
                List.of(
                        new GenericBlobMetadata(
                                "apache-datasketches-theta-v1",
                                snapshot,
                                1,
                                List.of(1),
                                Map.of("ndv", "" + ByteBuffer.allocate(4).capacity()))));
    }
}
