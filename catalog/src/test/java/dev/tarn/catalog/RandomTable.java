package dev.tarn.catalog;

import dev.tarn.catalog.table.PendingCommit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.rest.requests.CreateTableRequest;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/// A table whose history is decided by a seed: files, deletes of all kinds, branches and tags,
/// manifests rewritten and merged, columns and partitions that come and go. Its data files are
/// entries of manifests only; nothing reads them.
final class RandomTable {
    static final Schema SCHEMA =
            new Schema(
                    NestedField.required(1, "id", Types.LongType.get()),
                    NestedField.optional(2, "name", Types.StringType.get()),
                    NestedField.optional(3, "day", Types.DateType.get()),
                    NestedField.optional(
                            4,
                            "info",
                            Types.StructType.of(
                                    NestedField.optional(5, "zip", Types.IntegerType.get()),
                                    NestedField.optional(6, "city", Types.StringType.get()))));

    private static final List<String> LETTERS = List.of("a", "b", "c", "d");

    private final World world;
    private final Random random;
    final TableIdentifier name;
    final int formatVersion;
    private int files;

    RandomTable(World world, Random random, String name) {
        this.world = world;
        this.random = random;
        this.name = TableIdentifier.of(World.SALES, name);
        this.formatVersion = 1 + random.nextInt(3);
        world.catalog
                .tables()
                .create(
                        world.lake,
                        World.SALES,
                        CreateTableRequest.builder()
                                .withName(name)
                                .withSchema(SCHEMA)
                                .withPartitionSpec(spec())
                                .setProperties(
                                        new HashMap<>(
                                                Map.of(
                                                        "format-version",
                                                        "" + formatVersion,
                                                        "commit.manifest.min-count-to-merge",
                                                        "4")))
                                .build());
    }

    private PartitionSpec spec() {
        PartitionSpec.Builder spec = PartitionSpec.builderFor(SCHEMA);
        return switch (random.nextInt(5)) {
            case 0 -> spec.build();
            case 1 -> spec.identity("name").build();
            case 2 -> spec.bucket("id", 4).identity("day").build();
            case 3 -> spec.truncate("name", 1).build();
            default -> spec.identity("info.zip").build();
        };
    }

    Table table() {
        return world.catalog.tables().begin(world.lake).table(name);
    }

    private void change(Consumer<Table> change) {
        PendingCommit commit = world.catalog.tables().begin(world.lake);
        change.accept(commit.table(name));
        commit.commit(tx -> {});
    }

    void grow(int steps) {
        change(table -> append(table, null));
        for (int i = 0; i < steps; i++) {
            change(this::step);
        }
    }

    private void step(Table table) {
        switch (random.nextInt(12)) {
            case 0, 1, 2 -> append(table, null);
            case 3, 4 -> addDeletes(table);
            case 5 -> evolveSpec(table);
            case 6 -> evolveSchema(table);
            case 7 -> branch(table);
            case 8 -> table.rewriteManifests().clusterBy(file -> random.nextInt(2)).commit();
            case 9 -> removeFile(table);
            case 10 -> addDeletes(table);
            default -> merge(table);
        }
    }

    private void append(Table table, @Nullable String branch) {
        var append = table.newFastAppend();
        for (int i = random.nextInt(6); i >= 0; i--) {
            append.appendFile(file(table));
        }
        if (branch != null) {
            append.toBranch(branch);
        }
        append.commit();
    }

    private void merge(Table table) {
        table.newAppend().appendFile(file(table)).appendFile(file(table)).commit();
    }

    private DataFile file(Table table) {
        PartitionSpec spec = table.spec();
        long low = random.nextInt(100);
        DataFiles.Builder file =
                DataFiles.builder(spec)
                        .withPath("s3://lake/root/data/%s-%04d.parquet".formatted(name, files++))
                        .withFileSizeInBytes(1_000)
                        .withMetrics(metrics(low, low + random.nextInt(50)));
        if (spec.isPartitioned()) {
            file.withPartitionValues(partition(spec));
        }
        return file.build();
    }

    private Metrics metrics(long low, long high) {
        if (random.nextInt(5) == 0) {
            return new Metrics(10L);
        }
        ByteBuffer first = Conversions.toByteBuffer(Types.LongType.get(), low);
        ByteBuffer last = Conversions.toByteBuffer(Types.LongType.get(), high);
        ByteBuffer letter =
                Conversions.toByteBuffer(Types.StringType.get(), LETTERS.get(random.nextInt(4)));
        return new Metrics(
                10L,
                Map.of(),
                Map.of(1, 10L, 2, 10L),
                Map.of(1, 0L, 2, (long) random.nextInt(11)),
                Map.of(),
                Map.of(1, first, 2, letter),
                Map.of(1, last, 2, letter));
    }

    private List<String> partition(PartitionSpec spec) {
        List<String> values = new ArrayList<>();
        for (NestedField field : spec.partitionType().fields()) {
            boolean isVoid = spec.fields().get(values.size()).transform().isVoid();
            values.add(
                    isVoid || random.nextInt(8) == 0
                            ? "__HIVE_DEFAULT_PARTITION__"
                            : switch (field.type().typeId()) {
                                case STRING -> LETTERS.get(random.nextInt(4));
                                case DATE -> "2026-01-0" + (1 + random.nextInt(4));
                                default -> "" + random.nextInt(4);
                            });
        }
        return values;
    }

    private void addDeletes(Table table) {
        List<DataFile> live = live(table);
        if (formatVersion == 1 || live.isEmpty()) {
            append(table, null);
            return;
        }
        RowDelta delta = table.newRowDelta();
        String path = "s3://lake/root/data/%s-deletes-%04d".formatted(name, files++);
        if (random.nextInt(3) == 0) {
            delta.addDeletes(equalityDeletes(table, path, live.get(random.nextInt(live.size()))));
        } else if (formatVersion == 3) {
            // Several deletion vectors in one file, as writers make them.
            int offset = 4;
            for (DataFile file : live.subList(0, 1 + random.nextInt(live.size()))) {
                if (!hasVector(table, file)) {
                    delta.addDeletes(vector(table, path, file, offset));
                    offset += 40;
                }
            }
        } else {
            delta.addDeletes(positionDeletes(table, path, live.get(random.nextInt(live.size()))));
            // Deletes may be as old as what they delete.
            DataFile fresh = file(table);
            delta.addRows(fresh).addDeletes(positionDeletes(table, path + "-fresh", fresh));
        }
        delta.commit();
    }

    private DeleteFile equalityDeletes(Table table, String path, DataFile file) {
        PartitionSpec spec = table.specs().get(file.specId());
        FileMetadata.Builder deletes =
                FileMetadata.deleteFileBuilder(spec)
                        .ofEqualityDeletes(1)
                        .withPath(path + ".parquet")
                        .withFileSizeInBytes(100)
                        .withMetrics(metrics(0, 60));
        return spec.isPartitioned()
                ? deletes.withPartition(file.partition()).build()
                : deletes.build();
    }

    private DeleteFile positionDeletes(Table table, String path, DataFile file) {
        PartitionSpec spec = table.specs().get(file.specId());
        FileMetadata.Builder deletes =
                FileMetadata.deleteFileBuilder(spec)
                        .ofPositionDeletes()
                        .withPath(path + ".parquet")
                        .withFileSizeInBytes(100)
                        .withRecordCount(1);
        if (random.nextBoolean()) {
            deletes.withReferencedDataFile(file.location());
        }
        return spec.isPartitioned()
                ? deletes.withPartition(file.partition()).build()
                : deletes.build();
    }

    private DeleteFile vector(Table table, String path, DataFile file, int offset) {
        PartitionSpec spec = table.specs().get(file.specId());
        FileMetadata.Builder vector =
                FileMetadata.deleteFileBuilder(spec)
                        .ofPositionDeletes()
                        .withFormat(FileFormat.PUFFIN)
                        .withPath(path + ".puffin")
                        .withFileSizeInBytes(1_000)
                        .withRecordCount(1)
                        .withReferencedDataFile(file.location())
                        .withContentOffset(offset)
                        .withContentSizeInBytes(40);
        return spec.isPartitioned()
                ? vector.withPartition(file.partition()).build()
                : vector.build();
    }

    private static boolean hasVector(Table table, DataFile file) {
        try (var tasks = table.newScan().planFiles()) {
            for (var task : tasks) {
                if (task.file().location().equals(file.location())) {
                    return task.deletes().stream().anyMatch(d -> d.format() == FileFormat.PUFFIN);
                }
            }
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<DataFile> live(Table table) {
        List<DataFile> live = new ArrayList<>();
        try (var tasks = table.newScan().planFiles()) {
            tasks.forEach(task -> live.add(task.file()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return live;
    }

    private void removeFile(Table table) {
        List<DataFile> live = live(table);
        if (live.size() > 3) {
            table.newDelete().deleteFile(live.get(random.nextInt(live.size()))).commit();
        }
    }

    private void evolveSpec(Table table) {
        var update = table.updateSpec();
        if (table.spec().isPartitioned() && random.nextBoolean()) {
            update.removeField(
                    table.spec().fields().stream()
                            .filter(field -> !field.transform().isVoid())
                            .findFirst()
                            .map(field -> field.name())
                            .orElse("none"));
        } else {
            update.addField("f" + files, Expressions.bucket("id", 5 + files));
            files++;
        }
        try {
            update.commit();
        } catch (IllegalArgumentException nothingToRemove) {
            append(table, null);
        }
    }

    private void evolveSchema(Table table) {
        var update = table.updateSchema();
        String named = table.schema().findColumnName(2);
        switch (random.nextInt(3)) {
            case 0 -> update.addColumn("more" + files++, Types.IntegerType.get());
            case 1 -> update.renameColumn(named, "name" + files++);
            // A column in the place of another: the same name is another thing in older snapshots.
            default -> {
                update.renameColumn(named, "name" + files++);
                if (table.schema().findField("name") == null) {
                    update.addColumn("name", Types.StringType.get());
                }
            }
        }
        try {
            update.commit();
        } catch (IllegalArgumentException nameOfAPartition) {
            append(table, null);
        }
    }

    private void branch(Table table) {
        Snapshot current = table.currentSnapshot();
        String branch = "branch" + files++;
        table.manageSnapshots().createBranch(branch, current.snapshotId()).commit();
        append(table, branch);
        table.manageSnapshots().createTag("tag" + files++, current.snapshotId()).commit();
    }
}
