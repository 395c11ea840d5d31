package dev.tarn.catalog;

import static dev.tarn.catalog.World.ORDERS;
import static dev.tarn.catalog.World.SALES;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tarn.catalog.drop.Drops;
import dev.tarn.catalog.drop.Protections;
import dev.tarn.catalog.event.Event;
import dev.tarn.catalog.function.Functions;
import dev.tarn.catalog.label.LabelsChange;
import dev.tarn.catalog.label.LabelsChange.Entries;
import dev.tarn.catalog.label.RelationLabels;
import dev.tarn.catalog.namespace.Namespaces;
import dev.tarn.catalog.relation.Kind;
import dev.tarn.catalog.table.LoadedTable;
import dev.tarn.catalog.table.Tables;
import dev.tarn.catalog.view.Views;
import dev.tarn.catalog.warehouse.Warehouses;
import dev.tarn.storage.Location;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.apache.iceberg.ImmutableLabels;
import org.apache.iceberg.MetadataUpdate;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.rest.requests.CreateViewRequest;
import org.apache.iceberg.rest.requests.ImmutableCreateViewRequest;
import org.apache.iceberg.rest.requests.ImmutableRegisterTableRequest;
import org.apache.iceberg.rest.requests.ImmutableRegisterViewRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.apache.iceberg.view.ImmutableSQLViewRepresentation;
import org.apache.iceberg.view.ImmutableViewVersion;
import org.junit.jupiter.api.Test;

/// Whatever changes the catalog writes an event, in every façade, also in those to come.
interface EventCoverageContract {
    /// Façades, and their methods that change nothing of which an event tells.
    Map<Class<?>, Set<String>> READING =
            Map.of(
                    Warehouses.class,
                            Set.of("defaultWarehouse", "list", "find", "require", "load", "check"),
                    Namespaces.class, Set.of("list", "load", "exists"),
                    Tables.class,
                            Set.of(
                                    "list",
                                    "listing",
                                    "load",
                                    "locate",
                                    "pointer",
                                    "version",
                                    "exists",
                                    "begin",
                                    "folders",
                                    "reportMetrics"),
                    Views.class, Set.of("list", "listing", "load", "version", "exists"),
                    Functions.class, Set.of("list", "load"),
                    RelationLabels.class, Set.of("load", "parse"),
                    Protections.class, Set.of("isProtected", "requireUnprotected"),
                    // To purge is to wait no longer; the event comes when the files are gone.
                    Drops.class,
                            Set.of(
                                    "list",
                                    "require",
                                    "purge",
                                    "retention",
                                    "purgesBegun",
                                    "noneBegan",
                                    "requireNotPurging",
                                    "purgeDue",
                                    "start",
                                    "close"));

    World world();

    /// One change after the other, each with the events it has to write.
    private Map<String, Change> changes() {
        var world = world();
        var catalog = world.catalog;
        var lake = world.lake;
        var more = TableIdentifier.of(SALES, "more");
        var view = TableIdentifier.of(SALES, "latest");
        var function = TableIdentifier.of(SALES, "add_one");
        Map<String, Change> changes = new LinkedHashMap<>();
        changes.put(
                "Warehouses.create",
                new Change(
                        () ->
                                catalog.warehouses()
                                        .create("other", Location.of("s3://other"), Map.of()),
                        "create-warehouse"));
        changes.put(
                "Warehouses.update",
                new Change(
                        () -> catalog.warehouses().update("other", Set.of(), Map.of("a", "b")),
                        "update-warehouse"));
        changes.put(
                "Warehouses.drop",
                new Change(() -> catalog.warehouses().drop("other"), "drop-warehouse"));
        changes.put(
                "Namespaces.create",
                new Change(
                        () -> catalog.namespaces().create(lake, SALES, Map.of()),
                        "create-namespace"));
        changes.put(
                "Drops.retain",
                new Change(
                        () -> catalog.drops().retain(lake, Duration.ofDays(1)),
                        "update-warehouse"));
        changes.put(
                "Namespaces.update",
                new Change(
                        () -> catalog.namespaces().update(lake, SALES, Set.of(), Map.of("a", "b")),
                        "update-namespace"));
        changes.put(
                "Tables.create",
                new Change(
                        () -> catalog.tables().create(lake, SALES, World.create("orders")),
                        "create-table"));
        changes.put(
                "Tables.commit",
                new Change(
                        () -> catalog.tables().commit(lake, ORDERS, set(ORDERS, "a")),
                        "commit-table"));
        changes.put(
                "Tables.commitAll",
                new Change(
                        () ->
                                catalog.tables()
                                        .commitAll(
                                                lake, List.of(set(ORDERS, "b"), set(ORDERS, "c"))),
                        "commit-table"));
        changes.put(
                "RelationLabels.change",
                new Change(
                        () ->
                                catalog.labels()
                                        .change(
                                                lake,
                                                Kind.TABLE,
                                                ORDERS,
                                                new LabelsChange(
                                                        new Entries(Map.of("a", "b"), Set.of()),
                                                        Map.of())),
                        "label-table"));
        changes.put(
                "Tables.rename",
                new Change(() -> catalog.tables().rename(lake, ORDERS, more), "rename-table"));
        var left = new AtomicReference<LoadedTable>();
        changes.put(
                "Tables.unregister",
                new Change(
                        () -> left.set(catalog.tables().unregister(lake, more)),
                        "unregister-table"));
        changes.put(
                "Tables.register",
                new Change(
                        () ->
                                catalog.tables()
                                        .register(
                                                lake,
                                                SALES,
                                                ImmutableRegisterTableRequest.builder()
                                                        .name("orders")
                                                        .metadataLocation(
                                                                left.get().metadataLocation())
                                                        .build()),
                        "register-table"));
        changes.put(
                "Tables.drop",
                new Change(
                        () -> {
                            catalog.tables().create(lake, SALES, World.create("more"));
                            catalog.tables().drop(lake, more, false);
                        },
                        "create-table",
                        "drop-table"));
        changes.put(
                "Views.create",
                new Change(
                        () -> catalog.views().create(lake, SALES, view("latest")), "create-view"));
        changes.put(
                "Views.replace",
                new Change(
                        () -> catalog.views().replace(lake, view, set(view, "a")), "commit-view"));
        changes.put(
                "RelationLabels.replace",
                new Change(
                        () ->
                                catalog.labels()
                                        .replace(
                                                lake,
                                                Kind.VIEW,
                                                view,
                                                ImmutableLabels.builder()
                                                        .putObjectLabels("a", "b")
                                                        .build()),
                        "label-view"));
        changes.put(
                "Views.register",
                new Change(
                        () ->
                                catalog.views()
                                        .register(
                                                lake,
                                                SALES,
                                                ImmutableRegisterViewRequest.builder()
                                                        .name("again")
                                                        .metadataLocation(
                                                                catalog.views()
                                                                        .load(lake, view)
                                                                        .metadataLocation())
                                                        .build()),
                        "register-view"));
        changes.put(
                "Views.rename",
                new Change(
                        () ->
                                catalog.views()
                                        .rename(lake, view, TableIdentifier.of(SALES, "newest")),
                        "rename-view"));
        changes.put(
                "Views.drop",
                new Change(
                        () -> catalog.views().drop(lake, TableIdentifier.of(SALES, "newest")),
                        "drop-view"));
        changes.put(
                "Drops.undrop",
                new Change(
                        () ->
                                catalog.drops()
                                        .undrop(
                                                lake,
                                                catalog.drops()
                                                        .list(
                                                                lake,
                                                                TableIdentifier.of(SALES, "newest"),
                                                                PageRequest.ALL)
                                                        .items()
                                                        .getFirst()
                                                        .id(),
                                                null),
                        "undrop-view"));
        changes.put(
                "Drops.drop",
                new Change(
                        () ->
                                catalog.drops()
                                        .drop(
                                                lake,
                                                Kind.VIEW,
                                                TableIdentifier.of(SALES, "newest"),
                                                false),
                        "drop-view"));
        changes.put(
                "Protections.set",
                new Change(
                        () -> {
                            var orders = new Protections.Subject.OfRelation(Kind.TABLE, ORDERS);
                            catalog.protections().set(lake, orders, true);
                            catalog.protections().set(lake, orders, false);
                        },
                        "protect-table",
                        "unprotect-table"));
        changes.put(
                "Functions.create",
                new Change(
                        () -> catalog.functions().create(lake, function, definition()),
                        "create-function"));
        changes.put(
                "Functions.drop",
                new Change(() -> catalog.functions().drop(lake, function), "drop-function"));
        changes.put(
                "Namespaces.drop",
                new Change(
                        () -> {
                            catalog.views().drop(lake, TableIdentifier.of(SALES, "again"));
                            catalog.tables().drop(lake, ORDERS, false);
                            catalog.namespaces().drop(lake, SALES);
                        },
                        "drop-view",
                        "drop-table",
                        "drop-namespace"));
        return changes;
    }

    /// @param kinds of the events it writes
    record Change(Runnable run, List<String> kinds) {
        Change(Runnable run, String... kinds) {
            this(run, List.of(kinds));
        }
    }

    private static UpdateTableRequest set(TableIdentifier name, String key) {
        return UpdateTableRequest.create(
                name, List.of(), List.of(new MetadataUpdate.SetProperties(Map.of(key, "1"))));
    }

    private static CreateViewRequest view(String name) {
        return ImmutableCreateViewRequest.builder()
                .name(name)
                .schema(World.SCHEMA)
                .viewVersion(
                        ImmutableViewVersion.builder()
                                .versionId(1)
                                .timestampMillis(1)
                                .schemaId(0)
                                .defaultNamespace(Namespace.of("sales"))
                                .addRepresentations(
                                        ImmutableSQLViewRepresentation.builder()
                                                .dialect("trino")
                                                .sql("SELECT 1")
                                                .build())
                                .build())
                .build();
    }

    private static JsonNode definition() {
        try {
            return new ObjectMapper()
                    .readTree(
                            """
                            {"definitions": [{"parameters": [], "return-type": "int",
                             "representations": [{"dialect": "trino", "sql": "1"}]}]}
                            """);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    default void everyMethodThatChangesTheCatalogWritesItsEvent() {
        long cursor = 0;
        for (Map.Entry<String, Change> change : changes().entrySet()) {
            change.getValue().run().run();
            List<Event> events = world().catalog.events().after(cursor, 10);
            assertThat(events.stream().map(event -> event.type().kind()))
                    .as(change.getKey())
                    .containsExactlyElementsOf(change.getValue().kinds());
            cursor = events.getLast().cursor();
        }
    }

    @Test
    default void noMethodOfAFacadeIsForgotten() {
        var mutating = changes().keySet();
        READING.forEach((facade, reading) -> {
            Set<String> unknown =
                    Arrays.stream(facade.getDeclaredMethods())
                            .filter(method -> Modifier.isPublic(method.getModifiers()))
                            .map(Method::getName)
                            .filter(name -> !reading.contains(name))
                            .map(name -> facade.getSimpleName() + "." + name)
                            .filter(name -> !mutating.contains(name))
                            .collect(Collectors.toCollection(TreeSet::new));
            assertThat(unknown)
                    .as("say above which event it writes, or that it changes nothing")
                    .isEmpty();
        });
    }
}
