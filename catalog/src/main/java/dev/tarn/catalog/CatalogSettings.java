package dev.tarn.catalog;

import dev.tarn.catalog.planning.PlanLimits;
import dev.tarn.storage.Location;
import java.time.Duration;
import java.util.List;

/// What an installation decides about its catalog.
///
/// @param warehouse name of the default warehouse, without slashes
/// @param warehouseRoot where its tables lie unless they say otherwise
/// @param allowedLocations further folders in which tables, views and metadata files may lie
/// @param metadataCacheBytes how much memory table metadata may take, and its whole history once
///   more
/// @param dropRetention how long what is dropped can be restored, in warehouses that say nothing
///   else; zero makes a drop final
/// @param planLimits how much one request for the plan of a scan may cost
public record CatalogSettings(
        String warehouse,
        Location warehouseRoot,
        List<Location> allowedLocations,
        long metadataCacheBytes,
        Duration dropRetention,
        PlanLimits planLimits) {

    private static final long METADATA_CACHE_BYTES = 64 << 20;

    public CatalogSettings {
        allowedLocations = List.copyOf(allowedLocations);
    }

    public CatalogSettings(String warehouse, Location warehouseRoot) {
        this(warehouse, warehouseRoot, List.of(), METADATA_CACHE_BYTES, Duration.ZERO);
    }

    public CatalogSettings(
            String warehouse,
            Location warehouseRoot,
            List<Location> allowedLocations,
            long metadataCacheBytes,
            Duration dropRetention) {
        this(
                warehouse,
                warehouseRoot,
                allowedLocations,
                metadataCacheBytes,
                dropRetention,
                PlanLimits.STANDARD);
    }

    public CatalogSettings withDropRetention(Duration retention) {
        return new CatalogSettings(
                warehouse,
                warehouseRoot,
                allowedLocations,
                metadataCacheBytes,
                retention,
                planLimits);
    }
}
