package dev.tarn.app.http.rest;

import java.util.Map;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.view.ViewCatalogTests;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Iceberg's own tests of a catalog of views.
@ParameterizedClass
@EnumSource(TestStore.class)
@SuppressWarnings("NullAway.Init") // before the invocation
class IcebergViewCatalogTest extends ViewCatalogTests<RESTCatalog> {
    private static TestServer server;
    private static RESTCatalog client;

    @Parameter TestStore store;

    @BeforeParameterizedClassInvocation
    static void start(TestStore store) {
        server = TestServer.withoutCache(store);
        client =
                server.client(
                        "tarn",
                        Map.of(
                                CatalogProperties.VIEW_DEFAULT_PREFIX + "key1",
                                "catalog-default-key1",
                                CatalogProperties.VIEW_DEFAULT_PREFIX + "key2",
                                "catalog-default-key2",
                                CatalogProperties.VIEW_DEFAULT_PREFIX + "key3",
                                "catalog-default-key3",
                                CatalogProperties.VIEW_OVERRIDE_PREFIX + "key3",
                                "catalog-override-key3",
                                CatalogProperties.VIEW_OVERRIDE_PREFIX + "key4",
                                "catalog-override-key4"));
    }

    @AfterParameterizedClassInvocation
    static void stop() throws Exception {
        client.close();
        server.close();
    }

    @AfterEach
    void dropEverything() {
        client.listNamespaces().forEach(namespace -> IcebergCatalogTest.dropAll(client, namespace));
    }

    @Override
    protected RESTCatalog catalog() {
        return client;
    }

    @Override
    protected Catalog tableCatalog() {
        return client;
    }

    @Override
    protected boolean requiresNamespaceCreate() {
        return true;
    }

    @Override
    protected boolean supportsServerSideRetry() {
        return true;
    }
}
