package dev.tarn.catalog.document;

import java.util.zip.CRC32;

/// The CRC-32 of some bytes, in a form in which those of neighbours can be combined.
///
/// A CRC-32 is a remainder of polynomials over GF(2): bytes followed by n others are worth their
/// remainder times x^8n, plus that of the others.
///
/// @param shift x^8n for the n bytes that this stands for
record Crc(int value, int shift) {
    /// The divisor without x^32; as everywhere here the lowest bit stands for the highest power.
    private static final int DIVISOR = 0xedb88320;

    private static final int ONE = 1 << 31;
    private static final int X = 1 << 30;

    /// x^8, x^16, x^32, ...: the shifts of 2^i bytes.
    private static final int[] SHIFTS = shifts();

    static final Crc EMPTY = new Crc(0, ONE);

    static Crc of(byte[] bytes) {
        var crc = new CRC32();
        crc.update(bytes);
        return new Crc((int) crc.getValue(), shift(bytes.length));
    }

    Crc then(Crc next) {
        return new Crc(times(next.shift, value) ^ next.value, times(next.shift, shift));
    }

    /// What is left of `this` behind `first`, which it begins with.
    ///
    /// @param length of what is left
    Crc without(Crc first, int length) {
        int left = shift(length);
        return new Crc(value ^ times(left, first.value), left);
    }

    private static int shift(int length) {
        int shift = ONE;
        for (int i = 0, bits = length; bits != 0; i++, bits >>>= 1) {
            if ((bits & 1) != 0) {
                shift = times(SHIFTS[i], shift);
            }
        }
        return shift;
    }

    private static int[] shifts() {
        int[] shifts = new int[Integer.SIZE];
        int power = X;
        for (int i = 0; i < 3; i++) {
            power = times(power, power);
        }
        for (int i = 0; i < shifts.length; i++) {
            shifts[i] = power;
            power = times(power, power);
        }
        return shifts;
    }

    /// The product of two remainders. Ends with the last power of `a`, after 32 rounds at most.
    private static int times(int a, int b) {
        int product = 0;
        int multiple = b;
        for (int powers = a; powers != 0; powers <<= 1) {
            if (powers < 0) {
                product ^= multiple;
            }
            multiple = (multiple >>> 1) ^ (DIVISOR & -(multiple & 1));
        }
        return product;
    }
}
