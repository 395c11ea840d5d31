package dev.tarn.pipeline.sink;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.iceberg.Schema;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types;

/// What has to change in a table so that it takes the rows of a source. Columns are matched by
/// name; none is removed, and none becomes narrower.
///
/// | the source | the table |
/// |---|---|
/// | has a column more | gets it, optional, at the end |
/// | has a wider type: int to long, float to double, more digits of a decimal | widens |
/// | may give null, or has the column no more | allows null, unless it is an identifier field |
public final class SchemaChanges {
    private final List<String> sentences = new ArrayList<>();
    private final List<Consumer<UpdateSchema>> changes = new ArrayList<>();

    private SchemaChanges() {}

    public static SchemaChanges of(Schema source, Schema table) {
        var all = new SchemaChanges();
        for (Types.NestedField given : source.columns()) {
            Types.NestedField column = table.findField(given.name());
            if (column == null) {
                all.add(
                        "added column %s %s".formatted(given.name(), given.type()),
                        update -> update.addColumn(given.name(), given.type(), given.doc()));
            } else if (widens(column.type(), given.type())) {
                all.add(
                        "column %s is %s now, it was %s"
                                .formatted(given.name(), given.type(), column.type()),
                        update ->
                                update.updateColumn(given.name(), given.type().asPrimitiveType()));
            }
        }
        for (Types.NestedField column : table.columns()) {
            Types.NestedField given = source.findField(column.name());
            boolean mayBeNull = given == null || given.isOptional();
            if (column.isRequired()
                    && mayBeNull
                    && !table.identifierFieldIds().contains(column.fieldId())) {
                all.add(
                        "column %s may be null now".formatted(column.name()),
                        update -> update.makeColumnOptional(column.name()));
            }
        }
        return all;
    }

    private void add(String sentence, Consumer<UpdateSchema> change) {
        sentences.add(sentence);
        changes.add(change);
    }

    private static boolean widens(Type from, Type to) {
        if (from instanceof Types.DecimalType narrow && to instanceof Types.DecimalType wide) {
            return wide.scale() == narrow.scale() && wide.precision() > narrow.precision();
        }
        return (from.typeId() == TypeID.INTEGER && to.typeId() == TypeID.LONG)
                || (from.typeId() == TypeID.FLOAT && to.typeId() == TypeID.DOUBLE);
    }

    /// What changes, for people; none if the table is as it has to be.
    public List<String> sentences() {
        return List.copyOf(sentences);
    }

    /// Not committed.
    public UpdateSchema applyTo(UpdateSchema update) {
        changes.forEach(change -> change.accept(update));
        return update;
    }
}
