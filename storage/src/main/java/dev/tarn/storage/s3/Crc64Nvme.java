package dev.tarn.storage.s3;

import java.util.zip.Checksum;

/// CRC-64/NVME: reflected, polynomial 0xAD93D23594C93659, all bits inverted before and after. Eight
/// tables, so that eight bytes cost eight look-ups and no more.
final class Crc64Nvme implements Checksum {
    private static final long POLYNOMIAL = 0x9A6C9329AC4BC9B5L; // reflected
    private static final long[][] TABLES = tables();

    private long crc = -1L;

    private static long[][] tables() {
        long[][] tables = new long[8][256];
        for (int i = 0; i < 256; i++) {
            long value = i;
            for (int bit = 0; bit < 8; bit++) {
                value = (value & 1) == 0 ? value >>> 1 : value >>> 1 ^ POLYNOMIAL;
            }
            tables[0][i] = value;
        }
        for (int t = 1; t < 8; t++) {
            for (int i = 0; i < 256; i++) {
                long before = tables[t - 1][i];
                tables[t][i] = before >>> 8 ^ tables[0][(int) before & 0xFF];
            }
        }
        return tables;
    }

    @Override
    public void update(int b) {
        crc = crc >>> 8 ^ TABLES[0][(int) (crc ^ b) & 0xFF];
    }

    @Override
    public void update(byte[] bytes, int offset, int length) {
        int at = offset;
        int end = offset + length;
        for (; end - at >= 8; at += 8) {
            long mixed = crc;
            for (int i = 0; i < 8; i++) {
                mixed ^= (bytes[at + i] & 0xFFL) << (8 * i);
            }
            long next = 0;
            for (int i = 0; i < 8; i++) {
                next ^= TABLES[7 - i][(int) (mixed >>> (8 * i)) & 0xFF];
            }
            crc = next;
        }
        for (; at < end; at++) {
            update(bytes[at]);
        }
    }

    @Override
    public long getValue() {
        return ~crc;
    }

    @Override
    public void reset() {
        crc = -1L;
    }
}
