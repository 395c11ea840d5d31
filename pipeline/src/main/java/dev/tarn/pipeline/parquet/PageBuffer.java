package dev.tarn.pipeline.parquet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Bytes of a page as they are written, little-endian, in an array that grows and is used again.
final class PageBuffer {
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] bytes = new byte[1024];
    private int size;

    /// The array in which the bytes lie, from 0 to [#size]; not a copy.
    byte[] array() {
        return bytes;
    }

    int size() {
        return size;
    }

    void clear() {
        size = 0;
    }

    private void reserve(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, Math.addExact(size, more)));
        }
    }

    void add(int oneByte) {
        reserve(1);
        bytes[size++] = (byte) oneByte;
    }

    void add(byte[] from, int offset, int length) {
        reserve(length);
        System.arraycopy(from, offset, bytes, size, length);
        size += length;
    }

    void addInt(int value) {
        reserve(Integer.BYTES);
        INT.set(bytes, size, value);
        size += Integer.BYTES;
    }

    /// The low four bytes of each.
    void addInts(long[] values, int count) {
        reserve(count * Integer.BYTES);
        for (int i = 0, at = size; i < count; i++, at += Integer.BYTES) {
            INT.set(bytes, at, (int) values[i]);
        }
        size += count * Integer.BYTES;
    }

    void addLongs(long[] values, int count) {
        reserve(count * Long.BYTES);
        for (int i = 0, at = size; i < count; i++, at += Long.BYTES) {
            LONG.set(bytes, at, values[i]);
        }
        size += count * Long.BYTES;
    }

    /// The low bit of each, the first value in the lowest bit.
    void addBits(long[] values, int count) {
        int length = (count + 7) >>> 3;
        reserve(length);
        Arrays.fill(bytes, size, size + length, (byte) 0);
        for (int i = 0; i < count; i++) {
            bytes[size + (i >>> 3)] |= (byte) ((values[i] & 1) << (i & 7));
        }
        size += length;
    }

    /// ULEB128.
    void addVarInt(int value) {
        int left = value;
        while ((left & ~0x7f) != 0) {
            add((left & 0x7f) | 0x80);
            left >>>= 7;
        }
        add(left);
    }

    /// Writes `value` over the four bytes at `at`.
    void setInt(int at, int value) {
        INT.set(bytes, at, value);
    }

    /// Eight values of `width` bits each.
    void addPacked(int[] values, int from, int end, int width) {
        reserve(width + Long.BYTES);
        long pending = 0;
        int bits = 0;
        int at = size;
        for (int i = from; i < from + 8; i++) {
            pending |= (i < end ? values[i] & 0xffffffffL : 0) << bits;
            bits += width;
            while (bits >= 8) {
                bytes[at++] = (byte) pending;
                pending >>>= 8;
                bits -= 8;
            }
        }
        size += width;
    }
}
