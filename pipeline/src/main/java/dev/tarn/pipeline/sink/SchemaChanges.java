package dev.tarn.pipeline.sink;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.iceberg.Schema;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/// What has to change in a table so that it takes the rows of a source. Columns are matched by
/// name; none is removed, and none becomes narrower.
///
/// | the source | the table |
/// |---|---|
/// | has another name for a column | renames it |
/// | has a column more | gets it, optional, at the end |
/// | has a wider type: int to long, float to double, more digits of a decimal | widens |
/// | may give null, or has the column no more | allows null, unless it is an identifier field |
public final class SchemaChanges {
    private final List<String> sentences = new ArrayList<>();
    private final List<Consumer<UpdateSchema>> changes = new ArrayList<>();

    private SchemaChanges() {}

    /// @param renamed the name that a column has at the source now, null if it is not there under
    ///   another
    public static SchemaChanges of(
            Schema source, Schema table, Function<String, @Nullable String> renamed) {
        var all = new SchemaChanges();
        SequencedMap<String, Types.NestedField> byName = new LinkedHashMap<>();
        for (Types.NestedField column : table.columns()) {
            String now =
                    source.findField(column.name()) == null ? renamed.apply(column.name()) : null;
            if (now != null && table.findField(now) == null && !byName.containsKey(now)) {
                byName.put(now, column);
                all.add(
                        "column %s is called %s now".formatted(column.name(), now),
                        update -> update.renameColumn(column.name(), now));
            } else {
                byName.putIfAbsent(column.name(), column);
            }
        }
        for (Types.NestedField given : source.columns()) {
            Types.NestedField column = byName.get(given.name());
            if (column == null) {
                all.add(
                        "added column %s %s".formatted(given.name(), given.type()),
                        update -> // A name may have dots.
                        update.addColumn(null, given.name(), given.type(), given.doc()));
            } else if (widens(column.type(), given.type())) {
                all.add(
                        "column %s is %s now, it was %s"
                                .formatted(given.name(), given.type(), column.type()),
                        update ->
                                update.updateColumn(column.name(), given.type().asPrimitiveType()));
            }
        }
        byName.forEach((name, column) -> {
            Types.NestedField given = source.findField(name);
            boolean mayBeNull = given == null || given.isOptional();
            if (column.isRequired()
                    && mayBeNull
                    && !table.identifierFieldIds().contains(column.fieldId())) {
                all.add(
                        "column %s may be null now".formatted(name),
                        update -> update.makeColumnOptional(column.name()));
            }
        });
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
