package dev.tarn.catalog.view;

import dev.tarn.catalog.Page;
import dev.tarn.catalog.PageRequest;
import dev.tarn.catalog.warehouse.Warehouse;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.rest.requests.CreateViewRequest;
import org.apache.iceberg.rest.requests.RegisterViewRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;

/// The views of a warehouse.
public final class Views {
    public Page<TableIdentifier> list(Warehouse warehouse, Namespace namespace, PageRequest page) { throw new UnsupportedOperationException(); }

    public LoadedView create(Warehouse warehouse, Namespace namespace, CreateViewRequest request) { throw new UnsupportedOperationException(); }

    public LoadedView load(Warehouse warehouse, TableIdentifier name) { throw new UnsupportedOperationException(); }

    public boolean exists(Warehouse warehouse, TableIdentifier name) { throw new UnsupportedOperationException(); }

    public LoadedView replace(Warehouse warehouse, TableIdentifier name, UpdateTableRequest request) { throw new UnsupportedOperationException(); }

    public void drop(Warehouse warehouse, TableIdentifier name) { throw new UnsupportedOperationException(); }

    public void rename(Warehouse warehouse, TableIdentifier from, TableIdentifier to) { throw new UnsupportedOperationException(); }

    public LoadedView register(Warehouse warehouse, Namespace namespace, RegisterViewRequest request) { throw new UnsupportedOperationException(); }
}
