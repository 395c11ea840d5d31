package dev.tarn.app.api;

import dev.tarn.storage.Location;
import org.apache.iceberg.exceptions.BadRequestException;
import org.jspecify.annotations.Nullable;

/// Where new warehouses may lie in the storage of this installation.
public interface WarehouseRoots {

    /// The root of a new warehouse. Nothing is made for it yet.
    ///
    /// @param asked null to leave it to the storage
    /// @throws BadRequestException if it cannot lie there
    Location locate(String warehouse, @Nullable Location asked);

    /// Makes what is needed at `root`, such as its bucket.
    void prepare(Location root);
}
