package dev.tarn.pipeline.sink;

import java.util.Arrays;
import java.util.function.LongConsumer;

/// Where the row of each key lies: a hash table of keys of 128 bits, without objects.
///
/// A key of one whole number is kept as it is, by a function that maps no two numbers to one; any
/// other key by a hash of 128 bits with a seed of this index alone. Of a billion keys two share a
/// hash with a probability of 2^-69, and nobody can choose keys that do.
///
/// A key takes 24 bytes, at most 2/3 of the table is used.
final class KeyIndex {
    /// What [#get], [#put] and [#remove] return of a key that is not there.
    static final long NONE = -1;

    private static final int BYTES = 24;
    private static final int CAPACITY_MIN = 1 << 10;

    /// Is asked before the table grows.
    interface Room {
        /// @throws RuntimeException if there is no room for that many bytes instead of those before
        void grow(long before, long after);
    }

    private final Room room;
    private long[] high = new long[CAPACITY_MIN];
    private long[] low = new long[CAPACITY_MIN];
    private long[] places = empty(CAPACITY_MIN);
    private int size;

    KeyIndex(Room room) {
        this.room = room;
        room.grow(0, bytes());
    }

    /// One that stays small.
    KeyIndex() {
        this((before, after) -> {});
    }

    private static long[] empty(int capacity) {
        long[] places = new long[capacity];
        Arrays.fill(places, NONE);
        return places;
    }

    int size() {
        return size;
    }

    /// Memory it takes.
    long bytes() {
        return (long) BYTES * places.length;
    }

    long get(long h, long l) {
        return places[find(h, l)];
    }

    /// @param place not negative
    /// @return the one before
    long put(long h, long l, long place) {
        int slot = find(h, l);
        long before = places[slot];
        if (before == NONE) {
            if (3L * (size + 1) > 2L * places.length) {
                grow();
                slot = find(h, l);
            }
            size++;
        }
        high[slot] = h;
        low[slot] = l;
        places[slot] = place;
        return before;
    }

    /// @return the place it had
    long remove(long h, long l) {
        int slot = find(h, l);
        long before = places[slot];
        if (before == NONE) {
            return NONE;
        }
        size--;
        places[slot] = NONE;
        // Those behind in the same run move up, so that no search ends too early.
        int mask = places.length - 1;
        for (int next = (slot + 1) & mask; places[next] != NONE; next = (next + 1) & mask) {
            int home = home(high[next], low[next], mask);
            if (((next - home) & mask) >= ((next - slot) & mask)) {
                high[slot] = high[next];
                low[slot] = low[next];
                places[slot] = places[next];
                places[next] = NONE;
                slot = next;
            }
        }
        return before;
    }

    /// The place of each key.
    void forEach(LongConsumer what) {
        for (long place : places) {
            if (place != NONE) {
                what.accept(place);
            }
        }
    }

    /// Counts the keys by what their places are above so many bits.
    void count(int bits, long[] counts) {
        for (long place : places) {
            if (place != NONE) {
                counts[(int) (place >>> bits)]++;
            }
        }
    }

    /// Its slot, or the empty one where it belongs.
    private int find(long h, long l) {
        int mask = places.length - 1;
        int slot = home(h, l, mask);
        while (places[slot] != NONE && (high[slot] != h || low[slot] != l)) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private static int home(long h, long l, int mask) {
        long mixed = h * 0x9E3779B97F4A7C15L ^ l;
        return (int) (mixed ^ (mixed >>> 32)) & mask;
    }

    private void grow() {
        long[] oldHigh = high;
        long[] oldLow = low;
        long[] oldPlaces = places;
        if (oldPlaces.length >= 1 << 30) {
            throw new IllegalStateException("More than %s keys in one index".formatted(size));
        }
        int capacity = oldPlaces.length * 2;
        room.grow(bytes(), (long) BYTES * capacity);
        high = new long[capacity];
        low = new long[capacity];
        places = empty(capacity);
        for (int i = 0; i < oldPlaces.length; i++) {
            if (oldPlaces[i] != NONE) {
                int slot = find(oldHigh[i], oldLow[i]);
                high[slot] = oldHigh[i];
                low[slot] = oldLow[i];
                places[slot] = oldPlaces[i];
            }
        }
    }
}
