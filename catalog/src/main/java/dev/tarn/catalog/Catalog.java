package dev.tarn.catalog;

import dev.tarn.catalog.event.Events;
import dev.tarn.catalog.namespace.Namespaces;
import dev.tarn.catalog.table.Tables;
import dev.tarn.catalog.view.Views;
import dev.tarn.catalog.warehouse.Warehouses;
import dev.tarn.storage.ObjectStore;
import dev.tarn.store.Database;
import java.time.InstantSource;

/// The catalog of one installation.
public final class Catalog implements AutoCloseable {
    public Catalog(Database database, ObjectStore store, CatalogSettings settings, InstantSource clock) { throw new UnsupportedOperationException(); }

    public Warehouses warehouses() { throw new UnsupportedOperationException(); }

    public Namespaces namespaces() { throw new UnsupportedOperationException(); }

    public Tables tables() { throw new UnsupportedOperationException(); }

    public Views views() { throw new UnsupportedOperationException(); }

    public Events events() { throw new UnsupportedOperationException(); }

    public ObjectStore objects() { throw new UnsupportedOperationException(); }

    @Override
    public void close() { throw new UnsupportedOperationException(); }
}
