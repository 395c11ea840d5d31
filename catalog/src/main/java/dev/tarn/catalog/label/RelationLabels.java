package dev.tarn.catalog.label;

import dev.tarn.catalog.Changes;
import dev.tarn.catalog.event.Events;
import dev.tarn.catalog.relation.Kind;
import dev.tarn.catalog.relation.Relation;
import dev.tarn.catalog.relation.Relations;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.store.Database;
import dev.tarn.store.Transaction;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.iceberg.Labels;
import org.apache.iceberg.LabelsParser;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.jspecify.annotations.Nullable;

/// The labels of tables and views. A label may name a field that is no longer there: schemas come
/// and go without the catalog being asked.
public final class RelationLabels {
    private static final int ATTEMPTS_MAX = 8;
    private static final int LENGTH_MAX = 64 << 10;

    private final Database database;
    private final Events events;

    public RelationLabels(Database database, Events events) {
        this.database = database;
        this.events = events;
    }

    public Labels load(Warehouse warehouse, Kind kind, TableIdentifier name) {
        return parse(database.read(tx -> Relation.require(tx, warehouse, kind, name)).labels());
    }

    /// Labels of a row, or of an answer.
    public static Labels parse(@Nullable String json) {
        return json == null ? Labels.EMPTY : LabelsParser.fromJson(json);
    }

    /// Returns the labels it has now.
    public Labels change(
            Warehouse warehouse, Kind kind, TableIdentifier name, LabelsChange change) {
        return write(warehouse, kind, name, change::applyTo);
    }

    /// Gives it these labels and no others.
    public Labels replace(Warehouse warehouse, Kind kind, TableIdentifier name, Labels wanted) {
        return write(warehouse, kind, name, any -> LabelsChange.replace(wanted));
    }

    private Labels write(
            Warehouse warehouse, Kind kind, TableIdentifier name, UnaryOperator<Labels> change) {
        for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
            Optional<Labels> written =
                    Changes.write(database, tx -> swap(tx, warehouse, kind, name, change));
            if (written.isPresent()) {
                return written.get();
            }
        }
        throw new CommitFailedException("Cannot label %s: lost %s races", name, ATTEMPTS_MAX);
    }

    /// Empty if another change came between reading and writing.
    private Optional<Labels> swap(
            Transaction tx,
            Warehouse warehouse,
            Kind kind,
            TableIdentifier name,
            UnaryOperator<Labels> change) {
        Relation row = Relation.require(tx, warehouse, kind, name);
        Labels next = change.apply(parse(row.labels()));
        String json = LabelsParser.toJson(next);
        if (json.length() > LENGTH_MAX) {
            throw new BadRequestException(
                    "Labels of %s are too long, expected at most %s characters, found %s",
                    name, LENGTH_MAX, json.length());
        }
        if (!row.label(tx, next.isEmpty() ? null : json)) {
            return Optional.empty();
        }
        new Relations(database, events, kind)
                .record(tx, "label", warehouse, name, Map.of("uuid", row.uuid(), "labels", json));
        return Optional.of(next);
    }
}
