package dev.tarn.app.http.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.CatalogTests;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.rest.RESTCatalog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Iceberg's own tests of a catalog, with everything turned on that the compatibility kit leaves
/// off.
@ParameterizedClass
@EnumSource(TestStore.class)
@SuppressWarnings("NullAway.Init") // before the invocation
class IcebergCatalogTest extends CatalogTests<RESTCatalog> {
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
                                CatalogProperties.TABLE_DEFAULT_PREFIX + "default-key1",
                                "catalog-default-key1",
                                CatalogProperties.TABLE_DEFAULT_PREFIX + "default-key2",
                                "catalog-default-key2",
                                CatalogProperties.TABLE_DEFAULT_PREFIX + "override-key3",
                                "catalog-default-key3",
                                CatalogProperties.TABLE_OVERRIDE_PREFIX + "override-key3",
                                "catalog-override-key3",
                                CatalogProperties.TABLE_OVERRIDE_PREFIX + "override-key4",
                                "catalog-override-key4"));
    }

    @AfterParameterizedClassInvocation
    static void stop() throws Exception {
        client.close();
        server.close();
    }

    @AfterEach
    void dropEverything() {
        client.listNamespaces().forEach(namespace -> dropAll(client, namespace));
    }

    static void dropAll(RESTCatalog client, Namespace namespace) {
        client.listNamespaces(namespace).forEach(child -> dropAll(client, child));
        client.listTables(namespace).forEach(table -> client.dropTable(table, false));
        client.listViews(namespace).forEach(client::dropView);
        client.dropNamespace(namespace);
    }

    @Override
    protected RESTCatalog catalog() {
        return client;
    }

    @Override
    protected RESTCatalog initCatalog(String name, Map<String, String> properties) {
        return server.client(name, new HashMap<>(properties));
    }

    @Override
    protected boolean requiresNamespaceCreate() {
        return true;
    }

    @Override
    protected boolean supportsNestedNamespaces() {
        return true;
    }

    @Override
    protected boolean supportsServerSideRetry() {
        return true;
    }

    @Override
    protected boolean supportsNamesWithSlashes() {
        return true;
    }

    @Override
    protected boolean supportsNamesWithDot() {
        return true;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "with space",
                " at the edges ",
                "dot.ted",
                "sla/sh",
                "per%cent",
                "%41",
                "pl+us",
                "qu?ery#fragment",
                "semi;colon=x",
                "st*r",
                "quo'te\"s",
                "back\\slash",
                "${x}",
                "UPPER",
                "Grünschnabel",
                "表",
                "🏔",
                "namespaces",
                "tables",
                "..",
            })
    void aNameMayHaveAnyCharacter(String name) {
        Namespace outer = Namespace.of(name);
        Namespace inner = Namespace.of(name, name);
        TableIdentifier table = TableIdentifier.of(inner, name);
        client.createNamespace(outer);
        client.createNamespace(inner, new HashMap<>(Map.of("name", name)));
        Table created = client.createTable(table, SCHEMA);
        created.updateProperties().set("name", name).commit();

        assertThat(client.listNamespaces()).containsExactly(outer);
        assertThat(client.listNamespaces(outer)).containsExactly(inner);
        assertThat(client.loadNamespaceMetadata(inner)).containsEntry("name", name);
        assertThat(client.listTables(inner)).containsExactly(table);
        assertThat(client.tableExists(table)).isTrue();
        assertThat(client.loadTable(table).properties()).containsEntry("name", name);

        TableIdentifier renamed = TableIdentifier.of(outer, name + " 2");
        client.renameTable(table, renamed);
        assertThat(client.tableExists(table)).isFalse();
        assertThat(client.loadTable(renamed).uuid()).isEqualTo(created.uuid());
        assertThat(client.dropTable(renamed)).isTrue();
    }

    @Test
    void namesThatOnlyLookAlikeAreDifferent() {
        client.createNamespace(NS);
        List<String> names = List.of("a b", "a+b", "a%20b", "a%2Bb", "A B", "a.b", "a/b");
        names.forEach(name -> client.createTable(TableIdentifier.of(NS, name), SCHEMA));

        assertThat(client.listTables(NS))
                .extracting(TableIdentifier::name)
                .containsExactlyInAnyOrderElementsOf(names);
        names.forEach(name ->
                assertThat(client.loadTable(TableIdentifier.of(NS, name)).name()).endsWith(name));
    }
}
