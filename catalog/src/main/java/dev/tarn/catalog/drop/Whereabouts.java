package dev.tarn.catalog.drop;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.tarn.catalog.Locations;
import dev.tarn.catalog.MetadataObjects;
import dev.tarn.storage.ObjectStore;
import dev.tarn.store.Database;
import java.util.List;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.util.JsonUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where tables and views lie that are older than the column that says so. Nothing is deleted
/// before each of them has its place.
final class Whereabouts {
    private static final Logger LOG = LoggerFactory.getLogger(Whereabouts.class);

    private final Database database;
    private final MetadataObjects objects;

    Whereabouts(Database database, ObjectStore store) {
        this.database = database;
        this.objects = new MetadataObjects(store);
    }

    private record Unplaced(String id, String metadataLocation) {}

    void complete() {
        for (Unplaced relation : unplaced()) {
            String location = location(relation);
            database.<Integer>write(tx ->
                    tx.update(
                            "UPDATE relation SET location = ? WHERE id = ? AND location IS NULL",
                            location,
                            relation.id));
        }
    }

    private List<Unplaced> unplaced() {
        return database.read(tx ->
                tx.query(
                        "SELECT r.id, COALESCE(d.metadata_location, r.metadata_location) FROM"
                                + " relation r LEFT JOIN dropped_relation d ON d.id = r.id"
                                + " WHERE r.location IS NULL",
                        row -> new Unplaced(row.string(1), row.string(2))));
    }

    private String location(Unplaced relation) {
        try {
            return Locations.canonical(
                    JsonUtil.mapper()
                            .readTree(objects.read(relation.metadataLocation))
                            .path("location")
                            .asText());
        } catch (NotFoundException | JsonProcessingException | IllegalArgumentException e) {
            // It cannot be read by anybody: there is nothing to protect.
            LOG.warn("relation without place metadata={}", relation.metadataLocation, e);
            return "";
        }
    }
}
