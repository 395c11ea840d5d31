package dev.tarn.pipeline.parquet;

import dev.tarn.pipeline.row.Vector;
import java.util.Arrays;
import java.util.Optional;
import org.apache.iceberg.FieldMetrics;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.statistics.BooleanStatistics;
import org.apache.parquet.column.statistics.DoubleStatistics;
import org.apache.parquet.column.statistics.FloatStatistics;
import org.apache.parquet.column.statistics.IntStatistics;
import org.apache.parquet.column.statistics.LongStatistics;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/// Booleans and numbers of four and eight bytes, kept as bits in longs.
final class NumberValues implements PageValues {
    private final PrimitiveTypeName type;
    private final WordIds ids = new WordIds();
    private long[] values = new long[256];
    private int count;

    private long counted;
    private long nans;
    private double least = Double.POSITIVE_INFINITY;
    private double greatest = Double.NEGATIVE_INFINITY;

    NumberValues(PrimitiveTypeName type) {
        this.type = type;
    }

    @Override
    public void append(Vector vector, int[] rows, int more) {
        if (values.length - count < more) {
            values = Arrays.copyOf(values, Math.max(values.length * 2, count + more));
        }
        switch (type) {
            case FLOAT -> appendFloats(vector, rows, more);
            case DOUBLE -> appendDoubles(vector, rows, more);
            default -> appendWhole(vector, rows, more);
        }
        count += more;
    }

    private void appendWhole(Vector vector, int[] rows, int more) {
        switch (vector) {
            case Vector.Ints ints -> {
                for (int i = 0; i < more; i++) {
                    values[count + i] = ints.get(rows[i]);
                }
            }
            case Vector.Longs longs -> {
                for (int i = 0; i < more; i++) {
                    values[count + i] = longs.get(rows[i]);
                }
            }
            default -> throw unfit(vector);
        }
    }

    private void appendFloats(Vector vector, int[] rows, int more) {
        for (int i = 0; i < more; i++) {
            float value =
                    switch (vector) {
                        case Vector.Floats floats -> floats.get(rows[i]);
                        case Vector.Ints ints -> ints.get(rows[i]);
                        default -> throw unfit(vector);
                    };
            values[count + i] = Float.floatToRawIntBits(value);
        }
    }

    private void appendDoubles(Vector vector, int[] rows, int more) {
        for (int i = 0; i < more; i++) {
            double value =
                    switch (vector) {
                        case Vector.Doubles doubles -> doubles.get(rows[i]);
                        case Vector.Floats floats -> floats.get(rows[i]);
                        case Vector.Ints ints -> ints.get(rows[i]);
                        case Vector.Longs longs -> longs.get(rows[i]);
                        default -> throw unfit(vector);
                    };
            values[count + i] = Double.doubleToRawLongBits(value);
        }
    }

    private IllegalStateException unfit(Vector vector) {
        return new IllegalStateException(
                "A %s cannot become %s".formatted(vector.getClass().getSimpleName(), type));
    }

    @Override
    public int plainBytes() {
        return switch (type) {
            case BOOLEAN -> count / 8;
            case INT32, FLOAT -> count * Integer.BYTES;
            default -> count * Long.BYTES;
        };
    }

    @Override
    public long memory() {
        return (long) values.length * Long.BYTES + ids.memory();
    }

    @Override
    public void describe(Statistics<?> page) {
        if (count == 0) {
            return;
        }
        counted += count;
        switch (page) {
            case FloatStatistics floats -> {
                Range range = range(i -> Float.intBitsToFloat((int) values[i]));
                if (range.isThere()) {
                    floats.setMinMax((float) range.min, (float) range.max);
                }
            }
            case DoubleStatistics doubles -> {
                Range range = range(i -> Double.longBitsToDouble(values[i]));
                if (range.isThere()) {
                    doubles.setMinMax(range.min, range.max);
                }
            }
            default -> describeWhole(page);
        }
    }

    private void describeWhole(Statistics<?> page) {
        long min = values[0];
        long max = values[0];
        for (int i = 1; i < count; i++) {
            min = Math.min(min, values[i]);
            max = Math.max(max, values[i]);
        }
        switch (page) {
            case IntStatistics ints -> ints.setMinMax((int) min, (int) max);
            case LongStatistics longs -> longs.setMinMax(min, max);
            case BooleanStatistics booleans -> booleans.setMinMax(min != 0, max != 0);
            default -> throw new IllegalStateException("Statistics of " + type);
        }
    }

    /// Without those that are not a number. Zeros count as both, as the format wants it.
    private record Range(double min, double max) {
        boolean isThere() {
            return min <= max;
        }
    }

    private interface Reals {
        double at(int index);
    }

    private Range range(Reals reals) {
        double min = Double.POSITIVE_INFINITY;
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            double value = reals.at(i);
            if (Double.isNaN(value)) {
                nans++;
            } else {
                min = Math.min(min, value);
                max = Math.max(max, value);
            }
        }
        least = Math.min(least, min);
        greatest = Math.max(greatest, max);
        return new Range(min == 0 ? -0.0 : min, max == 0 ? 0.0 : max);
    }

    @Override
    public Encoding write(PageBuffer out) {
        Encoding encoding = Encoding.PLAIN;
        if (type != PrimitiveTypeName.BOOLEAN
                && ids.find(count, (words, i) -> words.add(values[i]))) {
            ids.write(count, out);
            encoding = Encoding.RLE_DICTIONARY;
        } else {
            writePlain(values, count, out);
        }
        count = 0;
        return encoding;
    }

    private void writePlain(long[] numbers, int length, PageBuffer out) {
        switch (type) {
            case BOOLEAN -> out.addBits(numbers, length);
            case INT32, FLOAT -> out.addInts(numbers, length);
            default -> out.addLongs(numbers, length);
        }
    }

    @Override
    public int writeWords(PageBuffer out) {
        int used = ids.used();
        writePlain(ids.words().numbers(), used, out);
        ids.clear();
        return used;
    }

    @Override
    public Optional<FieldMetrics<?>> metrics(int fieldId, long nulls) {
        return switch (type) {
            case FLOAT -> Optional.of(metrics(fieldId, nulls, (float) least, (float) greatest));
            case DOUBLE -> Optional.of(metrics(fieldId, nulls, least, greatest));
            default -> Optional.empty();
        };
    }

    private <T> FieldMetrics<T> metrics(int fieldId, long nulls, T min, T max) {
        return least > greatest
                ? new FieldMetrics<>(fieldId, counted + nulls, nulls, nans)
                : new FieldMetrics<>(fieldId, counted + nulls, nulls, nans, min, max);
    }
}
