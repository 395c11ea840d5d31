package dev.tarn.pipeline.row;

import java.util.Map;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// Some rows of one schema, kept by column. A batch is filled, handed on and not changed again.
public final class Batch {
    private final Schema schema;
    private final @Nullable Object[][] columns;
    private int size;

    public Batch(Schema schema, int capacity) {
        this.schema = schema;
        this.columns = new Object[schema.columns().size()][capacity];
    }

    public Schema schema() {
        return schema;
    }

    public int size() {
        return size;
    }

    public @Nullable Object value(int column, int row) {
        return columns[column][row];
    }

    /// Sets a value of the row that [#endRow] will add.
    public void set(int column, @Nullable Object value) {
        columns[column][size] = value;
    }

    public void endRow() {
        size++;
    }

    /// Forgets what was set since the last [#endRow].
    public void clearRow() {
        for (@Nullable Object[] column : columns) {
            column[size] = null;
        }
    }

    /// A record that shows one row of the batch at a time, columns picked and ordered by `sources`.
    ///
    /// @param sources for each column of `struct` the column of the batch, or -1 for null
    public View view(Types.StructType struct, int[] sources, Widening[] widenings) {
        return new View(struct, sources, widenings);
    }

    /// What is done to a value on its way from the source's type to the table's.
    public enum Widening {
        NONE,
        INT_TO_LONG,
        TO_FLOAT,
        TO_DOUBLE;

        @Nullable Object apply(@Nullable Object value) {
            if (value == null || this == NONE) {
                return value;
            }
            var number = (Number) value;
            return switch (this) {
                case NONE -> number;
                case INT_TO_LONG -> (Object) number.longValue();
                case TO_FLOAT -> (Object) number.floatValue();
                case TO_DOUBLE -> (Object) number.doubleValue();
            };
        }
    }

    /// See [#view].
    public final class View implements Record {
        private final Types.StructType struct;
        private final int[] sources;
        private final Widening[] widenings;
        private int row;

        private View(Types.StructType struct, int[] sources, Widening[] widenings) {
            this.struct = struct;
            this.sources = sources;
            this.widenings = widenings;
        }

        public View at(int newRow) {
            this.row = newRow;
            return this;
        }

        @Override
        public Types.StructType struct() {
            return struct;
        }

        @Override
        @SuppressWarnings("NullAway") // Iceberg's interface is not annotated; a value may be null.
        public Object get(int position) {
            int source = sources[position];
            return source < 0 ? null : widenings[position].apply(columns[source][row]);
        }

        @Override
        public <T> T get(int position, Class<T> type) {
            return type.cast(get(position));
        }

        @Override
        public Object getField(String name) {
            return get(struct.fields().indexOf(struct.field(name)));
        }

        @Override
        public int size() {
            return sources.length;
        }

        @Override
        public void setField(String name, Object value) {
            throw new UnsupportedOperationException("A view of a batch is read only");
        }

        @Override
        public <T> void set(int position, T value) {
            throw new UnsupportedOperationException("A view of a batch is read only");
        }

        @Override
        public Record copy() {
            throw new UnsupportedOperationException("A view of a batch is not kept");
        }

        @Override
        public Record copy(Map<String, Object> overwrite) {
            throw new UnsupportedOperationException("A view of a batch is not kept");
        }
    }
}
