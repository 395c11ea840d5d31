package dev.tarn.pipeline.lake;

import dev.tarn.store.Database;
import dev.tarn.store.Transaction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.rest.RESTCatalog;

/// Another catalog that speaks Iceberg's REST protocol. It knows nothing of our ledger, and of
/// changes to several tables at once not every one does: its tables are changed one by one.
public final class ForeignCatalog implements TargetCatalog {
    private static final String DELEGATION = "header.X-Iceberg-Access-Delegation";

    private final RESTCatalog catalog;
    private final Database ledger;
    private final String uri;

    private ForeignCatalog(RESTCatalog catalog, Database ledger, String uri) {
        this.catalog = catalog;
        this.ledger = ledger;
        this.uri = uri;
    }

    /// Asks the catalog for its configuration.
    ///
    /// @param config as clients of Iceberg take it: `uri`, `warehouse`, `token` or `credential`,
    ///   and what is known of the storage, such as `s3.endpoint`; what the catalog gives wins
    /// @param ledger the database that the memory of pipelines is in
    /// @throws RuntimeException if it does not answer, or refuses
    public static ForeignCatalog open(Map<String, String> config, Database ledger) {
        String uri = config.getOrDefault(CatalogProperties.URI, "");
        Map<String, String> properties = new HashMap<>(config);
        properties.putIfAbsent(DELEGATION, "vended-credentials");
        properties.put(CatalogProperties.FILE_IO_IMPL, ForeignFileIO.class.getName());
        var catalog = new RESTCatalog();
        try {
            catalog.initialize(uri, properties);
            return new ForeignCatalog(catalog, ledger, uri);
        } catch (RuntimeException e) {
            close(catalog);
            throw e;
        }
    }

    @Override
    public String title() {
        return uri;
    }

    @Override
    public boolean exists(TableIdentifier name) {
        return catalog.tableExists(name);
    }

    @Override
    public boolean exists(Namespace namespace) {
        return catalog.namespaceExists(namespace);
    }

    @Override
    public void create(Namespace namespace) {
        catalog.createNamespace(namespace);
    }

    @Override
    public void createTable(
            TableIdentifier name,
            Schema schema,
            PartitionSpec spec,
            Map<String, String> properties) {
        catalog.createTable(name, schema, spec, properties);
    }

    @Override
    public void drop(TableIdentifier name) {
        catalog.dropTable(name, true);
    }

    @Override
    public Changes begin() {
        return new Changes() {
            @Override
            public Table table(TableIdentifier name) {
                return catalog.loadTable(name);
            }

            @Override
            public void commit(Consumer<Transaction> alongside) {
                ledger.write(tx -> {
                    alongside.accept(tx);
                    return true;
                });
            }
        };
    }

    @Override
    public void close() {
        close(catalog);
    }

    private static void close(RESTCatalog catalog) {
        try {
            catalog.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
