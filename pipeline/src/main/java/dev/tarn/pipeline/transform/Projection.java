package dev.tarn.pipeline.transform;

import dev.tarn.pipeline.row.Batch;
import dev.tarn.pipeline.row.Columns;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;

/// Columns picked, named and ordered anew.
final class Projection implements Transform {
    private final Columns columns;
    private final int[] sources;

    private Projection(Columns columns, int[] sources) {
        this.columns = columns;
        this.sources = sources;
    }

    /// A column of the result.
    record Picked(int source, String name) {}

    /// The primary key goes along under its new names, if all of it does.
    static Projection of(Columns from, List<Picked> picked) {
        List<Types.NestedField> fields = new ArrayList<>();
        List<Types.NestedField> before = from.schema().columns();
        for (Picked one : picked) {
            // Ids of copies would collide: all are given anew below.
            fields.add(
                    Types.NestedField.from(before.get(one.source()))
                            .withId(fields.size() + 1)
                            .withName(one.name())
                            .build());
        }
        List<String> key = new ArrayList<>();
        for (String name : from.primaryKey()) {
            picked.stream()
                    .filter(one -> before.get(one.source()).name().equals(name))
                    .findFirst()
                    .ifPresent(one -> key.add(one.name()));
        }
        boolean whole = key.size() == from.primaryKey().size();
        int[] lastId = {0};
        Schema schema = TypeUtil.assignFreshIds(fresh(fields), () -> ++lastId[0]);
        return new Projection(
                new Columns(schema, from.path(), whole ? key : List.of()),
                picked.stream().mapToInt(Picked::source).toArray());
    }

    /// A schema refuses one id twice, also inside of nested types.
    private static Schema fresh(List<Types.NestedField> fields) {
        List<Types.NestedField> columns = new ArrayList<>();
        int[] lastId = {fields.size()};
        for (int i = 0; i < fields.size(); i++) {
            Types.NestedField field = fields.get(i);
            columns.add(
                    Types.NestedField.from(field)
                            .withId(i + 1)
                            .ofType(TypeUtil.assignFreshIds(field.type(), () -> ++lastId[0]))
                            .build());
        }
        return new Schema(columns);
    }

    @Override
    public Columns columns() {
        return columns;
    }

    @Override
    public Batch apply(Batch batch) {
        return batch.project(columns.schema(), sources);
    }
}
