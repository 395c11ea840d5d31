package dev.tarn.catalog.warehouse;

import java.util.Optional;

/// The warehouses of this installation.
public final class Warehouses {
    public Warehouse defaultWarehouse() { throw new UnsupportedOperationException(); }

    public Optional<Warehouse> find(String name) { throw new UnsupportedOperationException(); }

    /// @throws org.apache.iceberg.exceptions.NoSuchWarehouseException if there is none
    public Warehouse require(String name) { throw new UnsupportedOperationException(); }
}
