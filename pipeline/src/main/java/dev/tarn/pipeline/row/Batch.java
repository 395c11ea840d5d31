package dev.tarn.pipeline.row;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// Some rows of one schema and one table of their source, kept by column. A batch is filled, handed
/// on and not changed again. A row is an insert unless [#kind(RowKind)] says otherwise.
public final class Batch {
    private final Schema schema;
    private final int table;
    private final Type[] types;
    private final Vector[] vectors;
    private int capacity;
    private int size;
    private boolean empties;

    /// Null while all rows are inserts; so is that of an insert.
    private @Nullable RowKind @Nullable [] kinds;

    /// Of the only table of a source.
    ///
    /// @param capacity rows at most
    public Batch(Schema schema, int capacity) {
        this(0, schema, capacity);
    }

    /// @param table which of the tables of its source
    /// @param capacity rows at most
    public Batch(int table, Schema schema, int capacity) {
        this.table = table;
        this.schema = schema;
        this.capacity = capacity;
        List<Types.NestedField> columns = schema.columns();
        this.types = new Type[columns.size()];
        this.vectors = new Vector[columns.size()];
        for (int i = 0; i < types.length; i++) {
            types[i] = columns.get(i).type();
            vectors[i] = Vector.of(types[i], capacity);
        }
    }

    private Batch(int table, Batch rows, Schema schema, Vector[] vectors) {
        this.table = table;
        this.kinds = rows.kinds;
        this.schema = schema;
        this.types = schema.columns().stream().map(Types.NestedField::type).toArray(Type[]::new);
        this.vectors = vectors;
        this.capacity = rows.size;
        this.size = rows.size;
    }

    /// Without a row: all rows of the table that came before are gone.
    public static Batch emptied(int table, Schema schema) {
        var batch = new Batch(table, schema, 0);
        batch.empties = true;
        return batch;
    }

    /// Whether it says that the rows before are gone.
    public boolean empties() {
        return empties;
    }

    /// The same rows with columns picked by `sources`; the values are shared. A column without a
    /// source, -1, has no values yet.
    public Batch project(Schema projected, int[] sources) {
        Vector[] picked = new Vector[sources.length];
        for (int i = 0; i < picked.length; i++) {
            picked[i] =
                    sources[i] < 0
                            ? Vector.of(projected.columns().get(i).type(), size)
                            : vectors[sources[i]];
        }
        return new Batch(table, this, projected, picked);
    }

    /// Copies of some of the rows, in the order given.
    ///
    /// @param rows their numbers, of which the first `count` stand
    public Batch picked(int[] rows, int count) {
        var picked = new Batch(table, schema, count);
        for (int i = 0; i < count; i++) {
            for (int column = 0; column < types.length; column++) {
                picked.set(column, value(column, rows[i]));
            }
            picked.kind(kind(rows[i]));
            picked.endRow();
        }
        return picked;
    }

    /// Sets a value of a column that [#project] left without, given as in Iceberg's generic data.
    public void put(int column, int row, @Nullable Object value) {
        Values.set(vectors[column], types[column], row, value);
    }

    /// The same rows, but for one column, which has no values yet.
    public Batch renewed(Schema same, int column) {
        Vector[] changed = vectors.clone();
        changed[column] = Vector.of(types[column], size);
        return new Batch(table, this, same, changed);
    }

    /// The same rows with more columns at the end, which have no values yet.
    public Batch widened(Schema wider) {
        List<Types.NestedField> columns = wider.columns();
        Vector[] more = Arrays.copyOf(vectors, columns.size());
        for (int i = vectors.length; i < more.length; i++) {
            more[i] = Vector.of(columns.get(i).type(), size);
        }
        return new Batch(table, this, wider, more);
    }

    /// The values of a column of text or bytes.
    public Vector.Bytes bytes(int column) {
        return (Vector.Bytes) vectors[column];
    }

    public Schema schema() {
        return schema;
    }

    /// Which of the tables of its source the rows are of.
    public int table() {
        return table;
    }

    /// The same rows as those of another table of the source; the values are shared.
    public Batch ofTable(int number) {
        return number == table ? this : new Batch(number, this, schema, vectors);
    }

    /// What happened to a row.
    public RowKind kind(int row) {
        RowKind kind = kinds == null ? null : kinds[row];
        return kind == null ? RowKind.INSERT : kind;
    }

    /// Whether all rows are inserts.
    public boolean insertsOnly() {
        return kinds == null;
    }

    /// The same rows, all of them inserts; the values are shared.
    public Batch asInserts() {
        var same = new Batch(table, this, schema, vectors);
        same.kinds = null;
        return same;
    }

    /// Says what happened to the row that [#endRow] will add; [#clearRow] does not change it. Who
    /// says it of one row says it of each.
    public void kind(RowKind kind) {
        if (kinds == null && kind != RowKind.INSERT) {
            kinds = new RowKind[capacity];
        }
        if (kinds != null) {
            kinds[size] = kind;
        }
    }

    public int size() {
        return size;
    }

    public boolean isFull() {
        return size == capacity;
    }

    /// Makes room for so many rows more, where there is less.
    public void reserve(int rows) {
        if (capacity - size >= rows) {
            return;
        }
        capacity = Math.max(size + rows, capacity + (capacity >> 1));
        for (Vector vector : vectors) {
            vector.grow(capacity);
        }
        if (kinds != null) {
            kinds = Arrays.copyOf(kinds, capacity);
        }
    }

    /// The values of a column. Those of the row that [#endRow] will add are at [#size].
    public Vector vector(int column) {
        return vectors[column];
    }

    /// The value as in Iceberg's generic data.
    public @Nullable Object value(int column, int row) {
        return Values.generic(vectors[column], types[column], row);
    }

    public boolean isNull(int column, int row) {
        return vectors[column].isNull(row);
    }

    /// Sets a value of the row that [#endRow] will add, given as in Iceberg's generic data.
    public void set(int column, @Nullable Object value) {
        Values.set(vectors[column], types[column], size, value);
    }

    public void endRow() {
        size++;
    }

    /// Forgets the rows from this one on.
    public void truncate(int rows) {
        while (size > rows) {
            size--;
            clearRow();
        }
    }

    /// Forgets what was set since the last [#endRow].
    public void clearRow() {
        for (Vector vector : vectors) {
            vector.setNull(size);
        }
    }

    /// A record that shows one row of the batch at a time, as the table has it.
    ///
    /// @param sources for each column of `struct` the column of the batch, or -1 for null
    public View view(Types.StructType struct, int[] sources) {
        return new View(struct, sources);
    }

    /// See [#view]. As a [Record] its values are those of Iceberg's generic data.
    public final class View implements Record {
        private final Types.StructType struct;
        private final int[] sources;
        private final Type[] targets;
        private int row;

        private View(Types.StructType struct, int[] sources) {
            this.struct = struct;
            this.sources = sources;
            this.targets =
                    struct.fields().stream().map(Types.NestedField::type).toArray(Type[]::new);
        }

        public View at(int newRow) {
            this.row = newRow;
            return this;
        }

        /// The same row with values as Iceberg's transforms take them.
        public StructLike internal() {
            return new Internal(this);
        }

        private @Nullable Object internal(int position) {
            int source = sources[position];
            return source < 0
                    ? null
                    : widened(
                            Values.internal(vectors[source], types[source], row),
                            targets[position]);
        }

        @Override
        public Types.StructType struct() {
            return struct;
        }

        @Override
        @SuppressWarnings("NullAway") // Iceberg's interface is not annotated; a value may be null.
        public Object get(int position) {
            int source = sources[position];
            return source < 0 ? null : widened(value(source, row), targets[position]);
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

    /// A number on its way from the source's type to the wider one of the table.
    private static @Nullable Object widened(@Nullable Object value, Type target) {
        if (!(value instanceof Number number)) {
            return value;
        }
        return switch (target.typeId()) {
            case LONG -> (Object) number.longValue();
            case FLOAT -> (Object) number.floatValue();
            case DOUBLE -> (Object) number.doubleValue();
            default -> number;
        };
    }

    private record Internal(View view) implements StructLike {
        @Override
        public int size() {
            return view.size();
        }

        @Override
        @SuppressWarnings("NullAway") // Iceberg's interface is not annotated; a value may be null.
        public <T> T get(int position, Class<T> type) {
            return type.cast(view.internal(position));
        }

        @Override
        public <T> void set(int position, T value) {
            throw new UnsupportedOperationException("A view of a batch is read only");
        }
    }
}
