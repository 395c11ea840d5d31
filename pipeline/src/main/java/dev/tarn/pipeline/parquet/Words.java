package dev.tarn.pipeline.parquet;

import java.util.Arrays;

/// The different values of a column chunk, numbered in the order they came.
///
/// Numbers are their bits, byte strings lie in one array; both are found by open addressing.
final class Words {
    private static final int EMPTY = -1;
    private static final long MIX = 0x9E3779B97F4A7C15L;

    private int[] table = empty(256);
    private long[] numbers = new long[128];
    private int size;

    private byte[] arena = new byte[0];
    private int[] ends = new int[0];

    private static int[] empty(int slots) {
        int[] table = new int[slots];
        Arrays.fill(table, EMPTY);
        return table;
    }

    int size() {
        return size;
    }

    /// The values as numbers, from 0 to [#size]; not a copy.
    long[] numbers() {
        return numbers;
    }

    /// The number of this value, a new one if it has none yet.
    int add(long number) {
        int slot = slot(number * MIX);
        for (int id = table[slot]; id != EMPTY; id = table[slot]) {
            if (numbers[id] == number) {
                return id;
            }
            slot = (slot + 1) & (table.length - 1);
        }
        return append(slot, number);
    }

    /// As [#add(long)] for bytes.
    ///
    /// @param hash of the bytes, the same in each call
    int add(byte[] bytes, int offset, int length, long hash) {
        int slot = slot(hash);
        for (int id = table[slot]; id != EMPTY; id = table[slot]) {
            // The hash first: it differs nearly always if the bytes do.
            if (numbers[id] == hash
                    && Arrays.equals(arena, start(id), ends[id], bytes, offset, offset + length)) {
                return id;
            }
            slot = (slot + 1) & (table.length - 1);
        }
        int start = bytes();
        if (arena.length - start < length) {
            arena = Arrays.copyOf(arena, Math.max(arena.length * 2, start + Math.max(length, 256)));
        }
        System.arraycopy(bytes, offset, arena, start, length);
        if (ends.length == size) {
            ends = Arrays.copyOf(ends, Math.max(128, size * 2));
        }
        ends[size] = start + length;
        return append(slot, hash);
    }

    private int append(int slot, long number) {
        if (numbers.length == size) {
            numbers = Arrays.copyOf(numbers, size * 2);
        }
        numbers[size] = number;
        table[slot] = size++;
        if (size * 2 > table.length) {
            grow();
        }
        return size - 1;
    }

    private void grow() {
        table = empty(table.length * 2);
        for (int id = 0; id < size; id++) {
            int slot = slot(ends.length > 0 ? numbers[id] : numbers[id] * MIX);
            while (table[slot] != EMPTY) {
                slot = (slot + 1) & (table.length - 1);
            }
            table[slot] = id;
        }
    }

    private int slot(long hash) {
        return (int) (hash >>> 32) & (table.length - 1);
    }

    int start(int id) {
        return id == 0 ? 0 : ends[id - 1];
    }

    int end(int id) {
        return ends[id];
    }

    /// How long all byte strings are together.
    int bytes() {
        return size == 0 || ends.length == 0 ? 0 : ends[size - 1];
    }

    byte[] arena() {
        return arena;
    }
}
