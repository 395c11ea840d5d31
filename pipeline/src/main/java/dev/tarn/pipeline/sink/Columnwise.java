package dev.tarn.pipeline.sink;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Batch.Widening;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;

/// Which column of a source goes into which column of a table, and what becomes of its values.
public final class Columnwise {
    private final int[] sources;
    private final Widening[] widenings;

    private Columnwise(int[] sources, Widening[] widenings) {
        this.sources = sources;
        this.widenings = widenings;
    }

    /// Matches columns by name.
    ///
    /// @throws IllegalArgumentException naming the column that does not fit
    public static Columnwise of(Schema source, Schema table, String tableName) {
        int size = table.columns().size();
        int[] sources = new int[size];
        Widening[] widenings = new Widening[size];
        for (int i = 0; i < size; i++) {
            Types.NestedField column = table.columns().get(i);
            Types.NestedField given = source.findField(column.name());
            widenings[i] = Widening.NONE;
            sources[i] = given == null ? -1 : source.columns().indexOf(given);
            if (given == null && column.isRequired()) {
                throw new IllegalArgumentException(
                        "table %s requires the column %s, the source does not give it"
                                .formatted(tableName, column.name()));
            }
            if (given != null) {
                widenings[i] = widening(given.type(), column.type(), tableName, column.name());
            }
        }
        for (Types.NestedField given : source.columns()) {
            if (table.findField(given.name()) == null) {
                throw new IllegalArgumentException(
                        "table %s has no column %s, leave it out with read_columns or add it"
                                .formatted(tableName, given.name()));
            }
        }
        return new Columnwise(sources, widenings);
    }

    /// The rows of a batch as rows of the table.
    Batch.View view(Batch batch, Types.StructType struct) {
        return batch.view(struct, sources, widenings);
    }

    private static Widening widening(Type from, Type to, String table, String column) {
        if (from.isPrimitiveType() && to.isPrimitiveType()) {
            if (from.equals(to)) {
                return Widening.NONE;
            }
            TypeID source = from.typeId();
            if (to.typeId() == TypeID.LONG && source == TypeID.INTEGER) {
                return Widening.INT_TO_LONG;
            }
            if (to.typeId() == TypeID.FLOAT && source == TypeID.INTEGER) {
                return Widening.TO_FLOAT;
            }
            if (to.typeId() == TypeID.DOUBLE
                    && (source == TypeID.INTEGER
                            || source == TypeID.LONG
                            || source == TypeID.FLOAT)) {
                return Widening.TO_DOUBLE;
            }
        } else if (sameShape(from, to)) {
            return Widening.NONE;
        }
        throw new IllegalArgumentException(
                "column %s of table %s is %s, the source gives %s"
                        .formatted(column, table, to, from));
    }

    /// Whether two nested types differ in the ids of their fields at most.
    private static boolean sameShape(Type from, Type to) {
        return withoutIds(from).equals(withoutIds(to));
    }

    private static Type withoutIds(Type type) {
        int[] id = {0};
        return TypeUtil.assignFreshIds(
                        new Schema(Types.NestedField.optional(1, "c", type)), () -> ++id[0])
                .columns()
                .getFirst()
                .type();
    }
}
