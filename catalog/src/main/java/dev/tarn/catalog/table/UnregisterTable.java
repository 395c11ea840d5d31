package dev.tarn.catalog.table;

import dev.tarn.catalog.Changes;
import dev.tarn.catalog.drop.Protections;
import dev.tarn.catalog.relation.Kind;
import dev.tarn.catalog.relation.Relation;
import dev.tarn.catalog.relation.Relations;
import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.store.Database;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitFailedException;

/// Takes a table out of the catalog for good: the opposite of a registration.
///
/// The row goes only if its pointer is where the metadata that is answered was read from, so the
/// answer holds every commit that ever succeeded.
final class UnregisterTable {
    private static final int ATTEMPTS_MAX = 16;

    private final Database database;
    private final Relations relations;
    private final MetadataFiles files;

    UnregisterTable(Database database, Relations relations, MetadataFiles files) {
        this.database = database;
        this.relations = relations;
        this.files = files;
    }

    LoadedTable unregister(Warehouse warehouse, TableIdentifier name) {
        for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
            Relation row = relations.require(warehouse, name);
            // Read first: a table whose file is gone stays where its owner can see it.
            TableVersion last = files.readAnew(row.metadataLocation());
            Optional<Relation> gone =
                    Changes.attempt(
                            database,
                            tx -> {
                                Relation now = Relation.require(tx, warehouse, Kind.TABLE, name);
                                if (!now.equals(row) || !row.unname(tx, warehouse, name)) {
                                    Protections.requireUnprotected(tx, now, name);
                                    return Optional.empty();
                                }
                                Relation.delete(tx, row.id());
                                relations.record(
                                        tx,
                                        "unregister",
                                        warehouse,
                                        name,
                                        Map.of(
                                                "uuid",
                                                row.uuid(),
                                                "metadata-location",
                                                row.metadataLocation()));
                                return Optional.of(row);
                            },
                            Relation::metadataLocation);
            if (gone.isPresent()) {
                return new LoadedTable(last, files);
            }
        }
        throw new CommitFailedException("Cannot unregister %s: lost %s races", name, ATTEMPTS_MAX);
    }
}
