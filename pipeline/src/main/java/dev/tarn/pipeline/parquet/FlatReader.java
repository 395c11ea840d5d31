package dev.tarn.pipeline.parquet;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Vector;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.apache.iceberg.types.Type;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/// A column without lists, maps or structs: parquet-java's values go into arrays of primitives, as
/// they are or in the wider type that the column has by now.
final class FlatReader implements ChunkReader {
    private final ColumnReader values;
    private final PrimitiveTypeName physical;
    private final int there;

    FlatReader(MessageType column, PageReadStore pages, String createdBy) {
        var descriptor = column.getColumns().getFirst();
        this.physical = descriptor.getPrimitiveType().getPrimitiveTypeName();
        this.there = descriptor.getMaxDefinitionLevel();
        this.values =
                new ColumnReadStoreImpl(pages, new NoRecords(), column, createdBy)
                        .getColumnReader(descriptor);
    }

    /// Whether values of this Parquet type become those of the column here.
    static boolean reads(Type type, org.apache.parquet.schema.Type found) {
        PrimitiveType from = found.asPrimitiveType();
        PrimitiveType to = ChunkReader.written(type).asPrimitiveType();
        if (from.isRepetition(org.apache.parquet.schema.Type.Repetition.REPEATED)) {
            return false;
        }
        if (from.getLogicalTypeAnnotation() instanceof DecimalLogicalTypeAnnotation given
                && to.getLogicalTypeAnnotation() instanceof DecimalLogicalTypeAnnotation wanted) {
            return given.getScale() == wanted.getScale()
                    && switch (from.getPrimitiveTypeName()) {
                        case INT32, INT64 -> true;
                        case FIXED_LEN_BYTE_ARRAY ->
                                to.getPrimitiveTypeName() == PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY
                                        && from.getTypeLength() <= to.getTypeLength();
                        default -> false;
                    };
        }
        boolean same =
                Objects.equals(from.getLogicalTypeAnnotation(), to.getLogicalTypeAnnotation());
        return switch (from.getPrimitiveTypeName()) {
            case INT32 ->
                    (same && to.getPrimitiveTypeName() == PrimitiveTypeName.INT32)
                            || (from.getLogicalTypeAnnotation() == null
                                    && type.typeId() == Type.TypeID.LONG);
            case FLOAT ->
                    to.getPrimitiveTypeName() == PrimitiveTypeName.FLOAT
                            || to.getPrimitiveTypeName() == PrimitiveTypeName.DOUBLE;
            case FIXED_LEN_BYTE_ARRAY -> same && from.getTypeLength() == to.getTypeLength();
            case INT96 -> false;
            default -> same && from.getPrimitiveTypeName() == to.getPrimitiveTypeName();
        };
    }

    @Override
    public void read(Batch batch, int column, int count) {
        int from = batch.size();
        switch (batch.vector(column)) {
            case Vector.Ints ints -> read(ints, from, count);
            case Vector.Longs longs -> read(longs, from, count);
            case Vector.Floats floats -> read(floats, from, count);
            case Vector.Doubles doubles -> read(doubles, from, count);
            case Vector.Bytes bytes -> read(bytes, from, count);
            case Vector.Objects objects ->
                    throw new IllegalStateException("A nested column has no values of its own");
        }
    }

    private boolean isThere() {
        return values.getCurrentDefinitionLevel() == there;
    }

    private void read(Vector.Ints vector, int from, int count) {
        boolean isBoolean = physical == PrimitiveTypeName.BOOLEAN;
        for (int row = from; row < from + count; row++) {
            if (isThere()) {
                int value = isBoolean ? (values.getBoolean() ? 1 : 0) : values.getInteger();
                vector.set(row, value);
            }
            values.consume();
        }
    }

    private void read(Vector.Longs vector, int from, int count) {
        boolean isInt = physical == PrimitiveTypeName.INT32;
        for (int row = from; row < from + count; row++) {
            if (isThere()) {
                vector.set(row, isInt ? values.getInteger() : values.getLong());
            }
            values.consume();
        }
    }

    private void read(Vector.Floats vector, int from, int count) {
        for (int row = from; row < from + count; row++) {
            if (isThere()) {
                vector.set(row, values.getFloat());
            }
            values.consume();
        }
    }

    private void read(Vector.Doubles vector, int from, int count) {
        boolean isFloat = physical == PrimitiveTypeName.FLOAT;
        for (int row = from; row < from + count; row++) {
            if (isThere()) {
                vector.set(row, isFloat ? values.getFloat() : values.getDouble());
            }
            values.consume();
        }
    }

    private void read(Vector.Bytes vector, int from, int count) {
        for (int row = from; row < from + count; row++) {
            if (isThere()) {
                switch (physical) {
                    // A decimal whose digits were fewer once.
                    case INT32 -> vector.set(row, bytes(values.getInteger()));
                    case INT64 -> vector.set(row, bytes(values.getLong()));
                    default -> set(vector, row, values.getBinary());
                }
            }
            values.consume();
        }
    }

    private static byte[] bytes(long unscaled) {
        return BigInteger.valueOf(unscaled).toByteArray();
    }

    private static void set(Vector.Bytes vector, int row, Binary value) {
        ByteBuffer buffer = value.toByteBuffer();
        if (buffer.hasArray()) {
            vector.set(
                    row,
                    buffer.array(),
                    buffer.arrayOffset() + buffer.position(),
                    buffer.remaining());
        } else {
            vector.set(row, value.getBytes());
        }
    }

    /// Parquet-java wants to know who makes records; here nobody does.
    private static final class NoRecords extends GroupConverter {
        @Override
        public Converter getConverter(int field) {
            return new PrimitiveConverter() {};
        }

        @Override
        public void start() {}

        @Override
        public void end() {}
    }
}
