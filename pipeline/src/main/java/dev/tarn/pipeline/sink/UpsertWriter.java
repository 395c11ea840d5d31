package dev.tarn.pipeline.sink;

import dev.tarn.pipeline.parquet.ParquetAppender;
import dev.tarn.pipeline.row.Batch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
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

    private final Table table;
    private final Memory.Share memory;
    private final TableWriter writer;
    private final Supplier<Table> current;
    private final int[] keyPositions;
    private final Schema keyColumns;
    private final Keys keys;
    private Branch branch;
    private final List<@Nullable Place> places = new ArrayList<>();
    private final Deque<Integer> free = new ArrayDeque<>();
    private final RowDeletions deletions;

    private @Nullable KeyIndex index;
    private boolean hasTwins;
    private @Nullable Long snapshotId;

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
        this.deletions = new RowDeletions(table, ParquetAppender.Layout.of(properties));
        this.keyColumns = KeyScan.keyColumns(table, keyIds);
        this.keys = new Keys(keyColumns.asStruct());
        List<Integer> columns =
                table.schema().columns().stream().map(Types.NestedField::fieldId).toList();
        this.keyPositions = keyIds.stream().mapToInt(columns::indexOf).toArray();
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
        hasTwins = false;
        try {
            new KeyScan(now, branch, keyColumns)
                    .read((key, place, position) -> {
                        keys.read(key);
                        long other = made.put(keys.high(), keys.low(), packed(place, position));
                        hasTwins |= other != KeyIndex.NONE;
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
            Integer number = free.poll();
            if (number == null) {
                place.number(places.size());
                places.add(place);
            } else {
                place.number(number);
                places.set(number, place);
            }
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

    /// Deletes all rows.
    ///
    /// @throws IllegalArgumentException if two have one key, of which the index knows one
    public void deleteAll() {
        KeyIndex all = index();
        if (hasTwins) {
            throw new IllegalArgumentException(
                    "it has rows of one key from before anybody upserted");
        }
        all.forEach(this::delete);
        memory.letGo(all.bytes());
        index = new KeyIndex(memory::grow);
    }

    private void delete(long packed) {
        Place place = Objects.requireNonNull(places.get((int) (packed >>> POSITION_BITS)));
        deletions.add(place, packed & ((1L << POSITION_BITS) - 1));
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
        Written result = deletions.complete(writer.complete().data());
        commitPlaces();
        return result;
    }

    private void commitPlaces() {
        for (Place place : places) {
            if (place != null) {
                place.commit();
            }
        }
    }

    /// How many rows of each file of the table are not deleted; no file has none. Empty if that is
    /// not known, as where two rows have one key.
    Optional<Map<String, Long>> rowsLeft() {
        KeyIndex known = index;
        if (known == null || hasTwins) {
            return Optional.empty();
        }
        long[] counts = new long[places.size()];
        known.count(POSITION_BITS, counts);
        Map<String, Long> rows = new HashMap<>();
        for (int number = 0; number < counts.length; number++) {
            Place place = places.get(number);
            if (place != null && counts[number] > 0) {
                rows.put(place.location(), counts[number]);
            }
        }
        return Optional.of(rows);
    }

    /// Is told where rows of the table lie that are written anew, while nothing else is written.
    /// The index is right with the commit of those files only: without it, [#forget].
    Moves moves() {
        KeyIndex known = index;
        if (known == null) {
            return Moves.NONE;
        }
        Map<String, Place> byLocation = new HashMap<>();
        for (Place place : places) {
            if (place != null) {
                byLocation.put(place.location(), place);
            }
        }
        return (location, row) -> {
            Place from = byLocation.get(location);
            var key = new KeyOf(row, keyPositions);
            return (before, to, position) -> {
                keys.read(key);
                // Of rows that had one key before anybody upserted, the index knows one.
                if (from != null && known.get(keys.high(), keys.low()) == packed(from, before)) {
                    known.put(keys.high(), keys.low(), packed(to, position));
                }
            };
        };
    }

    /// Rows that [#moves] was told of lie where it was told, in the table too.
    ///
    /// @param gone files that no row lies in any more
    /// @param snapshot the table's
    void moved(Set<String> gone, @Nullable Long snapshot) {
        for (int number = 0; number < places.size(); number++) {
            Place place = places.get(number);
            if (place != null && gone.contains(place.location())) {
                places.set(number, null);
                free.add(number);
            }
        }
        commitPlaces();
        committed(snapshot);
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

    /// Rows go to another branch, which has the same rows.
    public void moveTo(Branch other) {
        branch = other;
    }

    /// Whether any row has come, so that the index stands for a snapshot.
    public boolean isIndexed() {
        return index != null;
    }

    @Override
    public void abort() {
        writer.abort();
        deletions.abort();
        // What was forgotten is still in the index.
        forget();
    }

    /// The index is read anew when the next batch comes.
    void forget() {
        if (index != null) {
            memory.letGo(index.bytes());
            index = null;
        }
        places.clear();
        free.clear();
        deletions.clear();
    }
}
