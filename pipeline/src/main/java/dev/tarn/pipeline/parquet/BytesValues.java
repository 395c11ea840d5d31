package dev.tarn.pipeline.parquet;

import dev.tarn.pipeline.row.Vector;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import org.apache.iceberg.FieldMetrics;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/// Byte strings, of any length or of one.
final class BytesValues implements PageValues {
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long MIX = 0x9E3779B97F4A7C15L;
    private static final int NONE = -1;

    /// The length of each value, or [#NONE].
    private final int fixed;

    /// Whether values are numbers in two's complement.
    private final boolean signed;

    private final WordIds ids = new WordIds();
    private byte[] arena = new byte[1024];
    private int[] ends = new int[256];
    private int count;

    BytesValues(PrimitiveType type) {
        this.fixed =
                type.getPrimitiveTypeName() == PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY
                        ? type.getTypeLength()
                        : NONE;
        this.signed = type.getLogicalTypeAnnotation() instanceof DecimalLogicalTypeAnnotation;
    }

    @Override
    public void append(Vector vector, int[] rows, int more) {
        if (!(vector instanceof Vector.Bytes bytes)) {
            throw new IllegalStateException("Bytes from " + vector.getClass().getSimpleName());
        }
        if (ends.length - count < more) {
            ends = Arrays.copyOf(ends, Math.max(ends.length * 2, count + more));
        }
        byte[] from = bytes.array();
        for (int i = 0; i < more; i++) {
            append(from, bytes.start(rows[i]), bytes.length(rows[i]));
        }
    }

    private void append(byte[] from, int start, int length) {
        int end = start(count);
        int padding = 0;
        if (fixed != NONE && length != fixed) {
            if (!signed || length > fixed) {
                throw new IllegalStateException(
                        "A value of %s bytes, expected %s".formatted(length, fixed));
            }
            padding = fixed - length;
        }
        if (arena.length - end < padding + length) {
            arena =
                    Arrays.copyOf(
                            arena,
                            Math.max(arena.length * 2, Math.addExact(end, padding + length)));
        }
        if (padding > 0) {
            Arrays.fill(arena, end, end + padding, (byte) (from[start] >> 7));
            end += padding;
        }
        System.arraycopy(from, start, arena, end, length);
        ends[count++] = end + length;
    }

    private int start(int index) {
        return index == 0 ? 0 : ends[index - 1];
    }

    @Override
    public int plainBytes() {
        return start(count) + (fixed == NONE ? count * Integer.BYTES : 0);
    }

    @Override
    public long memory() {
        return arena.length + (long) ends.length * Integer.BYTES + ids.memory();
    }

    @Override
    public void describe(Statistics<?> page) {
        if (count == 0) {
            return;
        }
        int min = 0;
        int max = 0;
        for (int i = 1; i < count; i++) {
            if (compare(i, min) < 0) {
                min = i;
            } else if (compare(i, max) > 0) {
                max = i;
            }
        }
        page.updateStats(binary(min));
        page.updateStats(binary(max));
    }

    private int compare(int left, int right) {
        int a = start(left);
        int b = start(right);
        if (signed && arena[a] != arena[b]) {
            return Byte.compare(arena[a], arena[b]);
        }
        return Arrays.compareUnsigned(arena, a, ends[left], arena, b, ends[right]);
    }

    private Binary binary(int index) {
        return Binary.fromConstantByteArray(Arrays.copyOfRange(arena, start(index), ends[index]));
    }

    @Override
    public Encoding write(PageBuffer out) {
        Encoding encoding = Encoding.PLAIN;
        if (ids.find(count, this::word)) {
            ids.write(count, out);
            encoding = Encoding.RLE_DICTIONARY;
        } else {
            for (int i = 0; i < count; i++) {
                writePlain(arena, start(i), ends[i], out);
            }
        }
        count = 0;
        return encoding;
    }

    private int word(Words words, int index) {
        int start = start(index);
        int length = ends[index] - start;
        return words.add(arena, start, length, hash(arena, start, length));
    }

    private static long hash(byte[] bytes, int start, int length) {
        long hash = length * MIX;
        int at = start;
        int end = start + length;
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            hash = mix(hash ^ (long) LONG.get(bytes, at));
        }
        long tail = 0;
        for (; at < end; at++) {
            tail = (tail << 8) | (bytes[at] & 0xff);
        }
        return mix(hash ^ tail);
    }

    private static long mix(long hash) {
        long mixed = hash * MIX;
        return mixed ^ (mixed >>> 29);
    }

    private void writePlain(byte[] from, int start, int end, PageBuffer out) {
        if (fixed == NONE) {
            out.addInt(end - start);
        }
        out.add(from, start, end - start);
    }

    @Override
    public int writeWords(PageBuffer out) {
        int used = ids.used();
        Words words = ids.words();
        for (int id = 0; id < used; id++) {
            writePlain(words.arena(), words.start(id), words.end(id), out);
        }
        ids.clear();
        return used;
    }

    @Override
    public Optional<FieldMetrics<?>> metrics(int fieldId, long nulls) {
        return Optional.empty();
    }
}
