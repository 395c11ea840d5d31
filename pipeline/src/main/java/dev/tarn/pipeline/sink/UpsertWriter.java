package dev.tarn.pipeline.sink;

import dev.tarn.pipeline.parquet.ParquetAppender;
import dev.tarn.pipeline.row.Batch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableUtil;
import org.apache.iceberg.deletes.BaseDVFileWriter;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.io.DeleteSchemaUtil;
import org.apache.iceberg.io.DeleteWriteResult;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// Writes rows so that each key is in the table once: the last row of a key counts, and the one
/// before is deleted where it lies.
///
/// ```
/// batch -> last row of each key -> KeyIndex: where is the one before? -> a deleted position
///                               -> TableWriter: a new place            -> KeyIndex
/// ```
///
/// Deleted positions go into deletion vectors in a table of format version 3, into position delete
/// files in one of version 2. The index is read from the table when the first batch comes: 24 to 36
/// bytes of memory a key. It is right for one snapshot of the table; a commit of somebody else
/// makes it useless, which [#snapshotId] tells.
public final class UpsertWriter implements RowWriter {
    private static final int POSITION_BITS = 40;
    private static final int DELETES_BATCH_ROWS = 4_096;

    private final Table table;
    private final Memory.Share memory;
    private final TableWriter writer;
    private final Supplier<Table> current;
    private final ParquetAppender.Layout layout;
    private final int[] keyPositions;
    private final Schema keyColumns;
    private final Keys keys;
    private final String name = UUID.randomUUID().toString();
    private final Branch branch;
    private final List<Place> places = new ArrayList<>();
    private final SequencedMap<Place, Positions> deletions = new LinkedHashMap<>();
    private final List<String> written = new ArrayList<>();

    private @Nullable KeyIndex index;
    private @Nullable Long snapshotId;
    private int fileCount;

    /// @param current the table as it is when it is asked for
    /// @param branch whose rows are upserted
    /// @param keyIds fields of the key, none of which may be null
    /// @param memory where the index finds room
    public UpsertWriter(
            Table table,
            Map<String, String> properties,
            Supplier<Table> current,
            Branch branch,
            List<Integer> keyIds,
            Memory.Share memory) {
        this.table = table;
        this.memory = memory;
        this.branch = branch;
        this.writer = new TableWriter(table, properties);
        this.current = current;
        this.layout = ParquetAppender.Layout.of(properties);
        this.keyColumns = KeyScan.keyColumns(table, keyIds);
        this.keys = new Keys(keyColumns.asStruct());
        List<Integer> columns =
                table.schema().columns().stream().map(Types.NestedField::fieldId).toList();
        this.keyPositions = keyIds.stream().mapToInt(columns::indexOf).toArray();
    }

    /// Positions of one file, as they come.
    private static final class Positions {
        private long[] values = new long[16];
        private int count;

        void add(long position) {
            if (count == values.length) {
                values = Arrays.copyOf(values, count * 2);
            }
            values[count++] = position;
        }

        long[] sorted() {
            long[] sorted = Arrays.copyOf(values, count);
            Arrays.sort(sorted);
            return sorted;
        }
    }

    /// The key within a row of the table.
    private static final class KeyOf implements StructLike {
        private final StructLike row;
        private final int[] positions;

        private KeyOf(StructLike row, int[] positions) {
            this.row = row;
            this.positions = positions;
        }

        @Override
        public int size() {
            return positions.length;
        }

        @Override
        public <T> T get(int position, Class<T> type) {
            return row.get(positions[position], type);
        }

        @Override
        public <T> void set(int position, T value) {
            throw new UnsupportedOperationException("A key is read only");
        }
    }

    private KeyIndex index() {
        KeyIndex known = index;
        if (known != null) {
            return known;
        }
        var made = new KeyIndex(memory::grow);
        Table now = current.get();
        var internal = KeyScan.internal(keyColumns);
        try {
            new KeyScan(now, branch, keyColumns)
                    .read((key, place, position) -> {
                        keys.read(internal.wrap(key));
                        made.put(keys.high(), keys.low(), packed(place, position));
                    });
        } catch (RuntimeException e) {
            memory.letGo(made.bytes());
            throw e;
        }
        Snapshot snapshot = branch.head(now);
        snapshotId = snapshot == null ? null : snapshot.snapshotId();
        index = made;
        return made;
    }

    private long packed(Place place, long position) {
        if (place.number() < 0) {
            place.number(places.size());
            places.add(place);
        }
        return (long) place.number() << POSITION_BITS | position;
    }

    @Override
    public void write(Batch batch, Columnwise columns) {
        KeyIndex all = index();
        int size = batch.size();
        long[] high = new long[size];
        long[] low = new long[size];
        var last = new KeyIndex();
        Batch.View view = columns.view(batch, table.schema().asStruct());
        var key = new KeyOf(view.internal(), keyPositions);
        for (int row = 0; row < size; row++) {
            view.at(row);
            keys.read(key);
            high[row] = keys.high();
            low[row] = keys.low();
            last.put(high[row], low[row], row);
        }
        int[] selected = new int[size];
        int count = 0;
        for (int row = 0; row < size; row++) {
            if (last.get(high[row], low[row]) != row) {
                continue;
            }
            long before = all.get(high[row], low[row]);
            if (before != KeyIndex.NONE) {
                delete(before);
            }
            if (batch.kind(row).adds()) {
                selected[count++] = row;
            } else {
                all.remove(high[row], low[row]);
            }
        }
        writer.write(
                batch,
                columns,
                selected,
                count,
                (row, place, position) -> all.put(high[row], low[row], packed(place, position)));
    }

    private void delete(long packed) {
        Place place = places.get((int) (packed >>> POSITION_BITS));
        deletions
                .computeIfAbsent(place, p -> new Positions())
                .add(packed & ((1L << POSITION_BITS) - 1));
    }

    @Override
    public long buffered() {
        return writer.buffered();
    }

    @Override
    public boolean endLargest() {
        return writer.endLargest();
    }

    @Override
    public Written complete() {
        List<DataFile> data = writer.complete().data();
        List<String> touched =
                deletions.keySet().stream().filter(Place::committed).map(Place::location).toList();
        Written result;
        if (deletions.isEmpty()) {
            result = Written.of(data);
        } else if (TableUtil.formatVersion(table) >= 3) {
            DeleteWriteResult vectors = vectors();
            result =
                    new Written(
                            data, vectors.deleteFiles(), vectors.rewrittenDeleteFiles(), touched);
        } else {
            result = new Written(data, positionDeletes(), List.of(), touched);
        }
        deletions.clear();
        written.clear();
        places.forEach(Place::commit);
        return result;
    }

    private DeleteWriteResult vectors() {
        OutputFileFactory files =
                OutputFileFactory.builderFor(table, fileCount++, 0)
                        .format(FileFormat.PUFFIN)
                        .operationId(name)
                        .build();
        Map<String, Place> byLocation = new LinkedHashMap<>();
        deletions.keySet().forEach(place -> byLocation.put(place.location(), place));
        var vectors = new BaseDVFileWriter(files, location -> previous(byLocation.get(location)));
        deletions.forEach((place, positions) -> {
            for (long position : positions.sorted()) {
                vectors.delete(place.location(), position, place.spec(), place.partition());
            }
        });
        try {
            vectors.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        DeleteWriteResult result = vectors.result();
        for (DeleteFile file : result.deleteFiles()) {
            Place place = byLocation.get(file.referencedDataFile());
            if (place != null) {
                place.vector(file);
            }
        }
        return result;
    }

    @SuppressWarnings("NullAway") // null is Iceberg's word for none
    private PositionDeleteIndex previous(@Nullable Place place) {
        DeleteFile vector = place == null ? null : place.vector();
        return vector == null ? null : KeyScan.vector(table, vector);
    }

    private List<DeleteFile> positionDeletes() {
        Map<List<Object>, List<Place>> groups = new LinkedHashMap<>();
        for (Place place : deletions.keySet()) {
            groups.computeIfAbsent(group(place), g -> new ArrayList<>()).add(place);
        }
        List<DeleteFile> files = new ArrayList<>();
        for (List<Place> group : groups.values()) {
            group.sort(Comparator.comparing(Place::location));
            files.add(positionDeletes(group));
        }
        return files;
    }

    /// Files of one partition of one spec share a file of deletes.
    private static List<Object> group(Place place) {
        List<Object> group = new ArrayList<>(List.of(place.spec().specId()));
        StructLike partition = place.partition();
        for (int i = 0; partition != null && i < partition.size(); i++) {
            group.add(String.valueOf(partition.get(i, Object.class)));
        }
        return group;
    }

    private DeleteFile positionDeletes(List<Place> group) {
        PartitionSpec spec = group.getFirst().spec();
        StructLike partition = group.getFirst().partition();
        String fileName =
                FileFormat.PARQUET.addExtension("%05d-%s-deletes".formatted(fileCount++, name));
        String location =
                spec.isUnpartitioned() || partition == null
                        ? table.locationProvider().newDataLocation(fileName)
                        : table.locationProvider().newDataLocation(spec, partition, fileName);
        OutputFile file = table.io().newOutputFile(location);
        written.add(location);
        Schema schema = DeleteSchemaUtil.pathPosSchema();
        int[] sources = {0, 1};
        ParquetAppender.Finished finished;
        try (var appender =
                new ParquetAppender(schema, file, layout, MetricsConfig.forPositionDelete())) {
            var batch = new Batch(schema, DELETES_BATCH_ROWS);
            for (Place place : group) {
                for (long position : deletions.getOrDefault(place, new Positions()).sorted()) {
                    if (batch.isFull()) {
                        appender.add(batch, sources, null, batch.size());
                        batch = new Batch(schema, DELETES_BATCH_ROWS);
                    }
                    batch.set(0, place.location());
                    batch.set(1, position);
                    batch.endRow();
                }
            }
            appender.add(batch, sources, null, batch.size());
            finished = appender.finish();
        }
        FileMetadata.Builder builder =
                FileMetadata.deleteFileBuilder(spec)
                        .ofPositionDeletes()
                        .withFormat(FileFormat.PARQUET)
                        .withPath(location)
                        .withFileSizeInBytes(file.toInputFile().getLength())
                        .withMetrics(finished.metrics());
        if (partition != null && !spec.isUnpartitioned()) {
            builder.withPartition(partition);
        }
        if (group.size() == 1) {
            builder.withReferencedDataFile(group.getFirst().location());
        }
        return builder.build();
    }

    /// Of the table for which the index is right; null where it had none.
    public @Nullable Long snapshotId() {
        return snapshotId;
    }

    /// The commit of what [#complete] gave made this snapshot.
    public void committed(@Nullable Long snapshot) {
        if (index != null) {
            snapshotId = snapshot;
        }
    }

    /// Whether any row has come, so that the index stands for a snapshot.
    public boolean isIndexed() {
        return index != null;
    }

    @Override
    public void abort() {
        writer.abort();
        written.forEach(table.io()::deleteFile);
        written.clear();
        // What was forgotten is still in the index: it is read anew when the next batch comes.
        if (index != null) {
            memory.letGo(index.bytes());
            index = null;
        }
        places.clear();
        deletions.clear();
    }
}
