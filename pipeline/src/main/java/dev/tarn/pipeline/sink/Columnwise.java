package dev.tarn.pipeline.sink;

import dev.tarn.pipeline.row.Batch;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;

/// Which column of a source goes into which column of a table, and what becomes of its values.
public final class Columnwise {
    private final int[] sources;

    private Columnwise(int[] sources) {
        this.sources = sources;
    }

    /// Of batches that have the table's own columns.
    static Columnwise same(Schema table) {
        return new Columnwise(IntStream.range(0, table.columns().size()).toArray());
    }

    /// Matches columns by name.
    ///
    /// @throws IllegalArgumentException naming the column that does not fit
    public static Columnwise of(Schema source, Schema table, String tableName) {
        int size = table.columns().size();
        int[] sources = new int[size];
        for (int i = 0; i < size; i++) {
            Types.NestedField column = table.columns().get(i);
            Types.NestedField given = source.findField(column.name());
            sources[i] = given == null ? -1 : source.columns().indexOf(given);
            if (given == null && column.isRequired()) {
                throw new IllegalArgumentException(
                        "table %s requires the column %s, the source does not give it"
                                .formatted(tableName, column.name()));
            }
            if (given != null) {
                requireFit(given.type(), column.type(), tableName, column.name());
            }
        }
        for (Types.NestedField given : source.columns()) {
            if (table.findField(given.name()) == null) {
                throw new IllegalArgumentException(
                        "table %s has no column %s, leave it out with read_columns or add it"
                                .formatted(tableName, given.name()));
            }
        }
        return new Columnwise(sources);
    }

    /// The rows of a batch as rows of the table.
    Batch.View view(Batch batch, Types.StructType struct) {
        return batch.view(struct, sources);
    }

    /// A required column of the table that is null in some row.
    public Optional<String> firstMissing(Batch batch, Schema table) {
        for (int i = 0; i < sources.length; i++) {
            Types.NestedField column = table.columns().get(i);
            for (int row = 0; column.isRequired() && row < batch.size(); row++) {
                if (batch.isNull(sources[i], row)) {
                    return Optional.of(column.name());
                }
            }
        }
        return Optional.empty();
    }

    /// For each column of the table that of the batch, -1 for nulls; not a copy.
    int[] sources() {
        return sources;
    }

    private static void requireFit(Type from, Type to, String table, String column) {
        boolean plain = from.isPrimitiveType() && to.isPrimitiveType();
        boolean fits = plain ? fits(from, to) : sameShape(from, to);
        if (fits) {
            return;
        }
        throw new IllegalArgumentException(
                "column %s of table %s is %s, the source gives %s"
                        .formatted(column, table, to, from));
    }

    private static boolean fits(Type from, Type to) {
        return from.equals(to) || widens(from.typeId(), to.typeId());
    }

    private static boolean widens(TypeID from, TypeID to) {
        return switch (to) {
            case LONG -> from == TypeID.INTEGER;
            case FLOAT -> from == TypeID.INTEGER;
            case DOUBLE -> from == TypeID.INTEGER || from == TypeID.LONG || from == TypeID.FLOAT;
            default -> false;
        };
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
