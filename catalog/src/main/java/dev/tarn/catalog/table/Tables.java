package dev.tarn.catalog.table;

import dev.tarn.catalog.Page;
import dev.tarn.catalog.PageRequest;
import dev.tarn.catalog.warehouse.Warehouse;
import java.util.List;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.rest.requests.CreateTableRequest;
import org.apache.iceberg.rest.requests.RegisterTableRequest;
import org.apache.iceberg.rest.requests.ReportMetricsRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;

/// The tables of a warehouse.
public final class Tables {
    public Page<TableIdentifier> list(Warehouse warehouse, Namespace namespace, PageRequest page) { throw new UnsupportedOperationException(); }

    public LoadedTable create(Warehouse warehouse, Namespace namespace, CreateTableRequest request) { throw new UnsupportedOperationException(); }

    public LoadedTable load(Warehouse warehouse, TableIdentifier name) { throw new UnsupportedOperationException(); }

    public boolean exists(Warehouse warehouse, TableIdentifier name) { throw new UnsupportedOperationException(); }

    public LoadedTable commit(Warehouse warehouse, TableIdentifier name, UpdateTableRequest request) { throw new UnsupportedOperationException(); }

    public void commitAll(Warehouse warehouse, List<UpdateTableRequest> changes) { throw new UnsupportedOperationException(); }

    public void drop(Warehouse warehouse, TableIdentifier name, boolean purge) { throw new UnsupportedOperationException(); }

    public void rename(Warehouse warehouse, TableIdentifier from, TableIdentifier to) { throw new UnsupportedOperationException(); }

    public LoadedTable register(Warehouse warehouse, Namespace namespace, RegisterTableRequest request) { throw new UnsupportedOperationException(); }

    public void reportMetrics(Warehouse warehouse, TableIdentifier name, ReportMetricsRequest request) { throw new UnsupportedOperationException(); }

    public PendingCommit begin(Warehouse warehouse) { throw new UnsupportedOperationException(); }
}
