package dev.tarn.pipeline.row;

import java.util.Arrays;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/// One column of a batch: values in an array of their kind, and which of them are there.
///
/// Only the last row is written, the others stay as they are. A row that nobody sets is null. The
/// numbers are Iceberg's internal ones: days and microseconds since 1970, unscaled decimals.
///
/// | Iceberg | vector |
/// |---|---|
/// | boolean, int, date | [Ints] |
/// | long, time, timestamp, timestamp_ns, decimal up to 18 digits | [Longs] |
/// | float, double | [Floats], [Doubles] |
/// | string, binary, fixed, uuid, larger decimals (two's complement, big-endian) | [Bytes] |
/// | list, map, struct | [Objects], values as in Iceberg's generic data |
public abstract sealed class Vector {
    /// A bit for each row, set where there is a value.
    private long[] present;

    private Vector(int capacity) {
        this.present = new long[(capacity + 63) >>> 6];
    }

    /// A vector for up to `capacity` values of this type.
    public static Vector of(Type type, int capacity) {
        return switch (type.typeId()) {
            case BOOLEAN, INTEGER, DATE -> new Ints(capacity);
            case LONG, TIME, TIMESTAMP, TIMESTAMP_NANO -> new Longs(capacity);
            case FLOAT -> new Floats(capacity);
            case DOUBLE -> new Doubles(capacity);
            case STRING, BINARY, FIXED, UUID -> new Bytes(capacity);
            case DECIMAL -> isLong(type) ? new Longs(capacity) : new Bytes(capacity);
            default -> new Objects(capacity);
        };
    }

    /// Whether values of a decimal type are kept as unscaled longs.
    static boolean isLong(Type decimal) {
        return ((Types.DecimalType) decimal).precision() <= 18;
    }

    /// Makes room for this many rows in all; what is set stays.
    void grow(int capacity) {
        present = Arrays.copyOf(present, (capacity + 63) >>> 6);
    }

    public final boolean isNull(int row) {
        return (present[row >>> 6] & (1L << row)) == 0;
    }

    /// Forgets what the row was set to.
    public void setNull(int row) {
        present[row >>> 6] &= ~(1L << row);
    }

    final void setPresent(int row) {
        present[row >>> 6] |= 1L << row;
    }

    /// 0 and 1 for false and true.
    public static final class Ints extends Vector {
        private int[] values;

        Ints(int capacity) {
            super(capacity);
            values = new int[capacity];
        }

        @Override
        void grow(int capacity) {
            super.grow(capacity);
            values = Arrays.copyOf(values, capacity);
        }

        public void set(int row, int value) {
            values[row] = value;
            setPresent(row);
        }

        public int get(int row) {
            return values[row];
        }
    }

    public static final class Longs extends Vector {
        private long[] values;

        Longs(int capacity) {
            super(capacity);
            values = new long[capacity];
        }

        @Override
        void grow(int capacity) {
            super.grow(capacity);
            values = Arrays.copyOf(values, capacity);
        }

        public void set(int row, long value) {
            values[row] = value;
            setPresent(row);
        }

        public long get(int row) {
            return values[row];
        }
    }

    public static final class Floats extends Vector {
        private float[] values;

        Floats(int capacity) {
            super(capacity);
            values = new float[capacity];
        }

        @Override
        void grow(int capacity) {
            super.grow(capacity);
            values = Arrays.copyOf(values, capacity);
        }

        public void set(int row, float value) {
            values[row] = value;
            setPresent(row);
        }

        public float get(int row) {
            return values[row];
        }
    }

    public static final class Doubles extends Vector {
        private double[] values;

        Doubles(int capacity) {
            super(capacity);
            values = new double[capacity];
        }

        @Override
        void grow(int capacity) {
            super.grow(capacity);
            values = Arrays.copyOf(values, capacity);
        }

        public void set(int row, double value) {
            values[row] = value;
            setPresent(row);
        }

        public double get(int row) {
            return values[row];
        }
    }

    /// Values of any length, one behind the other in one array.
    public static final class Bytes extends Vector {
        private static final int BYTES_PER_VALUE_AT_FIRST = 16;

        private int[] starts;
        private int[] lengths;
        private byte[] arena;
        private int end;

        Bytes(int capacity) {
            super(capacity);
            starts = new int[capacity];
            lengths = new int[capacity];
            arena = new byte[Math.max(64, capacity * BYTES_PER_VALUE_AT_FIRST)];
        }

        @Override
        void grow(int capacity) {
            super.grow(capacity);
            starts = Arrays.copyOf(starts, capacity);
            lengths = Arrays.copyOf(lengths, capacity);
        }

        /// Copies the value.
        public void set(int row, byte[] bytes, int offset, int length) {
            if (!isNull(row)) {
                // Set before: what was written for this row is the last in the array.
                end = starts[row];
            }
            reserve(length);
            System.arraycopy(bytes, offset, arena, end, length);
            starts[row] = end;
            lengths[row] = length;
            end += length;
            setPresent(row);
        }

        public void set(int row, byte[] bytes) {
            set(row, bytes, 0, bytes.length);
        }

        private void reserve(int length) {
            if (arena.length - end < length) {
                long wanted = Math.max((long) arena.length * 2, (long) end + length);
                if (end + (long) length > Integer.MAX_VALUE - 8) {
                    throw new IllegalStateException("A batch holds at most 2 GiB of a column");
                }
                arena = Arrays.copyOf(arena, (int) Math.min(wanted, Integer.MAX_VALUE - 8));
            }
        }

        @Override
        public void setNull(int row) {
            if (!isNull(row)) {
                end = starts[row];
            }
            super.setNull(row);
        }

        /// The array in which the values lie; not a copy.
        public byte[] array() {
            return arena;
        }

        public int start(int row) {
            return starts[row];
        }

        public int length(int row) {
            return lengths[row];
        }

        public byte[] get(int row) {
            return Arrays.copyOfRange(arena, starts[row], starts[row] + lengths[row]);
        }
    }

    /// Nested values.
    public static final class Objects extends Vector {
        private Object[] values;

        Objects(int capacity) {
            super(capacity);
            values = new Object[capacity];
        }

        @Override
        void grow(int capacity) {
            super.grow(capacity);
            values = Arrays.copyOf(values, capacity);
        }

        public void set(int row, Object value) {
            values[row] = value;
            setPresent(row);
        }

        public Object get(int row) {
            return values[row];
        }
    }
}
