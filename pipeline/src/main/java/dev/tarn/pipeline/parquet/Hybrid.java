package dev.tarn.pipeline.parquet;

/// Parquet's hybrid of run lengths and packed bits, for dictionary ids and levels.
///
/// `varint(count << 1) value` is a run, `varint(groups << 1 | 1) bits` are groups of eight values.
/// https://parquet.apache.org/docs/file-format/data-pages/encodings/
final class Hybrid {
    /// A shorter run costs less as packed bits.
    private static final int RUN_MIN = 8;

    private Hybrid() {}

    /// The bits that ids below `size` need.
    static int width(int size) {
        return size <= 1 ? 0 : Integer.SIZE - Integer.numberOfLeadingZeros(size - 1);
    }

    /// @param width bits of a value, 0 to 32
    static void write(int[] values, int count, int width, PageBuffer out) {
        int at = 0;
        while (at < count) {
            int run = run(values, at, count);
            if (run >= RUN_MIN) {
                writeRun(values[at], run, width, out);
                at += run;
                continue;
            }
            int end = at + 8;
            while (end < count && run(values, end, Math.min(count, end + RUN_MIN)) < RUN_MIN) {
                end += 8;
            }
            out.addVarInt((((end - at) / 8) << 1) | 1);
            for (int group = at; group < end; group += 8) {
                out.addPacked(values, group, count, width);
            }
            at = end;
        }
    }

    static void writeRun(int value, int count, int width, PageBuffer out) {
        out.addVarInt(count << 1);
        for (int bits = 0; bits < width; bits += 8) {
            out.add(value >>> bits);
        }
    }

    private static int run(int[] values, int from, int end) {
        int at = from + 1;
        while (at < end && values[at] == values[from]) {
            at++;
        }
        return at - from;
    }
}
