package dev.tarn.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tarn.catalog.warehouse.Warehouse;
import dev.tarn.storage.Location;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.NamespaceNotEmptyException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NoSuchWarehouseException;
import org.apache.iceberg.rest.requests.CreateTableRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Several warehouses in one installation.
interface WarehouseContract {
    World world();

    private static Warehouse create(World world, String name) {
        return world.catalog
                .warehouses()
                .create(name, Location.of("s3://" + name), Map.of("owner", "ann"));
    }

    @Test
    default void aWarehouseLivesAndEnds() {
        var world = world();
        var warehouses = world.catalog.warehouses();
        Warehouse made = create(world, "finance");
        assertThat(warehouses.require("finance")).isEqualTo(made);
        assertThat(world.restart().catalog.warehouses().require("finance")).isEqualTo(made);
        assertThat(warehouses.list())
                .extracting(Warehouse::name)
                .containsExactly("finance", "lake");
        assertThatThrownBy(() -> warehouses.create("finance", Location.of("s3://other"), Map.of()))
                .isInstanceOf(AlreadyExistsException.class);

        var change = warehouses.update("finance", Set.of("owner", "none"), Map.of("cost", "7"));
        assertThat(change.removed()).containsExactly("owner");
        assertThat(change.missing()).containsExactly("none");
        assertThat(warehouses.require("finance").properties()).isEqualTo(Map.of("cost", "7"));

        warehouses.drop("finance");
        assertThatThrownBy(() -> warehouses.require("finance"))
                .isInstanceOf(NoSuchWarehouseException.class);
        assertThatThrownBy(() -> warehouses.drop("finance"))
                .isInstanceOf(NoSuchWarehouseException.class);
        assertThatThrownBy(() -> warehouses.update("finance", Set.of(), Map.of()))
                .isInstanceOf(NoSuchWarehouseException.class);
        assertThat(world.eventKinds())
                .containsExactly("create-warehouse", "update-warehouse", "drop-warehouse");
        assertThat(create(world, "finance").id()).isNotEqualTo(made.id());
    }

    @Test
    default void aWarehouseIsDroppedOnlyWhenNothingIsLeftInIt() {
        var world = world();
        Warehouse finance = create(world, "finance");
        var warehouses = world.catalog.warehouses();
        world.catalog.namespaces().create(finance, Namespace.of("n"), Map.of());
        assertThatThrownBy(() -> warehouses.drop("finance"))
                .isInstanceOf(NamespaceNotEmptyException.class);
        world.catalog.namespaces().drop(finance, Namespace.of("n"));
        warehouses.drop("finance");
        assertThatThrownBy(() -> warehouses.drop("lake")).isInstanceOf(BadRequestException.class);
    }

    @Test
    default void namesOfOneWarehouseMeanNothingInAnother() {
        var world = world().withOrders();
        Warehouse finance = create(world, "finance");
        var namespaces = world.catalog.namespaces();
        var tables = world.catalog.tables();
        assertThat(namespaces.list(finance, Namespace.empty(), PageRequest.ALL).items()).isEmpty();
        assertThat(namespaces.exists(finance, World.SALES)).isFalse();
        assertThatThrownBy(() -> tables.list(finance, World.SALES, PageRequest.ALL))
                .isInstanceOf(NoSuchNamespaceException.class);
        assertThatThrownBy(() -> tables.load(finance, World.ORDERS))
                .isInstanceOf(NoSuchTableException.class);
        assertThatThrownBy(() -> tables.drop(finance, World.ORDERS, true))
                .isInstanceOf(NoSuchTableException.class);

        namespaces.create(finance, World.SALES, Map.of());
        assertThatThrownBy(() -> tables.load(finance, World.ORDERS))
                .isInstanceOf(NoSuchTableException.class);
        var theirs = tables.create(finance, World.SALES, World.create("orders"));
        assertThat(theirs.metadata().location()).startsWith("s3://finance/sales/orders-");
        assertThatThrownBy(() ->
                        tables.rename(
                                finance,
                                TableIdentifier.of(World.SALES, "missing"),
                                TableIdentifier.of(World.SALES, "x")))
                .isInstanceOf(NoSuchTableException.class);
        tables.drop(finance, World.ORDERS, false);
        assertThat(tables.exists(world.lake, World.ORDERS)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3://lake/root/t", "s3://finance2/t", "s3://finance/../lake/root/t"})
    default void nothingOfAWarehouseLiesInAnother(String location) {
        var world = world();
        Warehouse finance = create(world, "finance");
        create(world, "finance2");
        world.catalog.namespaces().create(finance, World.SALES, Map.of());
        var request =
                CreateTableRequest.builder()
                        .withName("t")
                        .withSchema(World.SCHEMA)
                        .withLocation(location)
                        .build();
        assertThatThrownBy(() -> world.catalog.tables().create(finance, World.SALES, request))
                .isInstanceOf(BadRequestException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3://lake/root",
                "s3://lake",
                "s3://lake/",
                "s3://lake/root/inner",
                "s3://lake/root/inner/deep/"
            })
    default void rootsDoNotOverlap(String root) {
        var world = world();
        assertThatThrownBy(() ->
                        world.catalog.warehouses().create("other", Location.of(root), Map.of()))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContaining("must not overlap");
    }

    @Test
    default void aSiblingOfARootIsNoOverlap() {
        var world = world();
        world.catalog.warehouses().create("other", Location.of("s3://lake/root2"), Map.of());
        assertThat(world.catalog.warehouses().find("other")).isPresent();
    }

    /// Two servers, roots of which each lies in the next: no two that overlap may both be made.
    @Test
    default void ofRootsThatOverlapOneIsMade() throws Exception {
        var world = world();
        List<World> servers = List.of(world, world.restart());
        List<Callable<Throwable>> creates = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            var warehouses = servers.get(i % 2).catalog.warehouses();
            String name = "w" + i;
            var root = Location.of("s3://nested" + "/in".repeat(i));
            creates.add(() -> catchThrowable(() -> warehouses.create(name, root, Map.of())));
        }
        int made = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Throwable> result : threads.invokeAll(creates)) {
                if (result.get() == null) {
                    made++;
                } else {
                    assertThat(result.get()).isInstanceOf(AlreadyExistsException.class);
                }
            }
        }
        assertThat(made).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "with/slash",
                "s3://x",
                "with space",
                ".hidden",
                "namespaces",
                "config",
                "ünï",
                "tab\there"
            })
    default void aNameThatClientsCannotUseIsRefused(String name) {
        var world = world();
        assertThatThrownBy(() ->
                        world.catalog
                                .warehouses()
                                .create(name, Location.of("s3://fresh"), Map.of()))
                .isInstanceOf(BadRequestException.class);
    }
}
