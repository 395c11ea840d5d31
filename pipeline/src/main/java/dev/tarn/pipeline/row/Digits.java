package dev.tarn.pipeline.row;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Decimal digits in ASCII, looked at and read in one go: eight at a time, as bytes of one word.
final class Digits {
    /// Digits that a long holds whatever they are.
    static final int LONG_MAX = 18;

    /// What [#two] and [#four] say of anything else: negative, and so is a sum with it.
    private static final int NONE = -100_000;

    private static final VarHandle WORD =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ZEROS = 0x3030303030303030L;
    private static final long SIGNS = 0x8080808080808080L;

    /// What lifts a byte above `9` beyond 0x7f.
    private static final long ABOVE_NINE = 0x4646464646464646L;

    private static final long EIGHT_DIGITS = 100_000_000;

    private Digits() {}

    /// The number that up to [#LONG_MAX] digits make, negative if there are none, more, or others.
    static long number(byte[] bytes, int from, int end) {
        int count = end - from;
        if (count <= 8) {
            return count <= 0 ? -1 : word(bytes, from, end);
        }
        if (count > LONG_MAX) {
            return -1;
        }
        long low = word(bytes, end - 8, end);
        if (count <= 16) {
            long high = word(bytes, from, end - 8);
            return (high | low) < 0 ? -1 : high * EIGHT_DIGITS + low;
        }
        long middle = word(bytes, end - 16, end - 8);
        long high = word(bytes, from, end - 16);
        return (high | middle | low) < 0 ? -1 : (high * EIGHT_DIGITS + middle) * EIGHT_DIGITS + low;
    }

    /// One to eight digits.
    private static long word(byte[] bytes, int from, int end) {
        long word;
        if (end >= Long.BYTES) {
            // What stands before the digits goes out at the low end, zeros come in.
            int bits = (end - from) << 3;
            long last = (long) WORD.get(bytes, end - Long.BYTES);
            word = bits == Long.SIZE ? last : (last >>> -bits << -bits) | (ZEROS >>> bits);
        } else {
            word = 0;
            for (int i = from; i < end; i++) {
                word = word << 8 | (bytes[i] & 0xff);
            }
            word = Long.reverseBytes(word | ZEROS << ((end - from) << 3));
        }
        long digits = word - ZEROS;
        if (((word + ABOVE_NINE | digits | word) & SIGNS) != 0) {
            return -1;
        }
        // Neighbours are joined: 10 a + b, then 100 ab + cd, then 10,000 abcd + efgh.
        digits = digits * 10 + (digits >>> 8);
        return ((digits & 0x000000ff000000ffL) * 0x000f424000000064L
                        + (digits >>> 16 & 0x000000ff000000ffL) * 0x0000271000000001L)
                >>> 32;
    }

    /// The number two digits make, negative if they are others.
    static int two(byte[] bytes, int at) {
        int tens = bytes[at] - '0';
        int ones = bytes[at + 1] - '0';
        // As unsigned numbers what is below zero is large.
        return (tens | 9 - tens | ones | 9 - ones) < 0 ? NONE : tens * 10 + ones;
    }

    /// The number four digits make, negative if they are others.
    static int four(byte[] bytes, int at) {
        return (two(bytes, at) * 100) + two(bytes, at + 2);
    }
}
