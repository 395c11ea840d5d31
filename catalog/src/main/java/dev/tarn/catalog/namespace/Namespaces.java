package dev.tarn.catalog.namespace;

import dev.tarn.catalog.Page;
import dev.tarn.catalog.PageRequest;
import dev.tarn.catalog.warehouse.Warehouse;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.catalog.Namespace;

/// The namespaces of a warehouse.
public final class Namespaces {
    public Page<Namespace> list(Warehouse warehouse, Namespace parent, PageRequest page) { throw new UnsupportedOperationException(); }

    public Map<String, String> create(Warehouse warehouse, Namespace namespace, Map<String, String> properties) { throw new UnsupportedOperationException(); }

    public Map<String, String> load(Warehouse warehouse, Namespace namespace) { throw new UnsupportedOperationException(); }

    public boolean exists(Warehouse warehouse, Namespace namespace) { throw new UnsupportedOperationException(); }

    public void drop(Warehouse warehouse, Namespace namespace) { throw new UnsupportedOperationException(); }

    public PropertiesChange update(Warehouse warehouse, Namespace namespace, Set<String> removals, Map<String, String> updates) { throw new UnsupportedOperationException(); }
}
