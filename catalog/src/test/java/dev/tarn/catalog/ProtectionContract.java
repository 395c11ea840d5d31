package dev.tarn.catalog;

import static dev.tarn.catalog.World.ORDERS;
import static dev.tarn.catalog.World.SALES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tarn.catalog.drop.Protections.Subject;
import dev.tarn.catalog.drop.Protections.Subject.OfNamespace;
import dev.tarn.catalog.drop.Protections.Subject.OfRelation;
import dev.tarn.catalog.drop.Protections.Subject.OfWarehouse;
import dev.tarn.catalog.relation.Kind;
import java.time.Duration;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.rest.requests.ImmutableRegisterTableRequest;
import org.junit.jupiter.api.Test;

/// What is protected stays.
interface ProtectionContract {
    Subject TABLE = new OfRelation(Kind.TABLE, ORDERS);

    World world();

    @Test
    default void aProtectedTableIsNotDroppedWhateverItIsCalled() {
        var world = world().withOrders();
        var protections = world.catalog.protections();
        protections.set(world.lake, TABLE, true);
        assertThatThrownBy(() -> world.catalog.tables().drop(world.lake, ORDERS, true))
                .isInstanceOf(ProtectedException.class)
                .hasMessage(
                        "Table is protected: sales.orders; 'tarn catalog unprotect' lifts the"
                                + " protection");
        var bills = TableIdentifier.of(SALES, "bills");
        world.catalog.tables().rename(world.lake, ORDERS, bills);
        var later = world.restart();
        assertThatThrownBy(() -> later.catalog.tables().drop(later.lake, bills, false))
                .isInstanceOf(ProtectedException.class);
        Subject renamed = new OfRelation(Kind.TABLE, bills);
        assertThat(later.catalog.protections().isProtected(later.lake, renamed)).isTrue();
        later.append(bills, "a"); // it is not frozen
        later.catalog.protections().set(later.lake, renamed, false);
        later.catalog.protections().set(later.lake, renamed, false);
        later.catalog.tables().drop(later.lake, bills, true);
        assertThat(later.eventKinds())
                .containsExactly(
                        "create-namespace",
                        "create-table",
                        "protect-table",
                        "rename-table",
                        "commit-table",
                        "unprotect-table",
                        "drop-table");
        assertThatThrownBy(() -> later.catalog.protections().set(later.lake, renamed, true))
                .isInstanceOf(NoSuchTableException.class);
    }

    @Test
    default void aProtectedTableIsNotReplacedByARegistration() {
        var world = world().withOrders();
        String location = world.load(ORDERS).metadataFileLocation();
        world.append(ORDERS, "a");
        world.catalog.protections().set(world.lake, TABLE, true);
        var request =
                ImmutableRegisterTableRequest.builder()
                        .name("orders")
                        .metadataLocation(location)
                        .overwrite(true)
                        .build();
        assertThatThrownBy(() -> world.catalog.tables().register(world.lake, SALES, request))
                .isInstanceOf(ProtectedException.class);
        assertThat(world.restart().files(ORDERS)).containsExactly("a");
        world.catalog.protections().set(world.lake, TABLE, false);
        world.catalog.tables().register(world.lake, SALES, request);
        assertThat(world.restart().files(ORDERS)).isEmpty();
    }

    @Test
    default void aProtectedViewAndNamespaceAreNotDropped() {
        var world = world().withOrders();
        world.catalog.drops().retain(world.lake, Duration.ofHours(1));
        world.catalog.views().create(world.lake, SALES, CatalogContract.view("v"));
        var v = TableIdentifier.of(SALES, "v");
        world.catalog.protections().set(world.lake, new OfRelation(Kind.VIEW, v), true);
        world.catalog.protections().set(world.lake, new OfNamespace(SALES), true);
        assertThatThrownBy(() -> world.catalog.views().drop(world.lake, v))
                .isInstanceOf(ProtectedException.class)
                .hasMessageContaining("View is protected: sales.v");
        world.catalog.protections().set(world.lake, new OfRelation(Kind.VIEW, v), false);
        world.catalog.views().drop(world.lake, v);
        world.catalog.tables().drop(world.lake, ORDERS, false);
        assertThatThrownBy(() -> world.catalog.namespaces().drop(world.lake, SALES))
                .isInstanceOf(ProtectedException.class)
                .hasMessageContaining("Namespace is protected: sales");
        world.catalog.protections().set(world.lake, new OfNamespace(SALES), false);
        world.catalog.namespaces().drop(world.lake, SALES);
    }

    @Test
    default void aWarehouseIsProtectedTillItIsNot() {
        var world = world().withOrders();
        var whole = new OfWarehouse();
        assertThat(world.catalog.protections().isProtected(world.lake, whole)).isFalse();
        world.catalog.protections().set(world.lake, whole, true);
        assertThat(world.restart().catalog.protections().isProtected(world.lake, whole)).isTrue();
        world.catalog.tables().drop(world.lake, ORDERS, true); // says nothing about what is in it
        world.catalog.protections().set(world.lake, whole, false);
        assertThat(world.catalog.protections().isProtected(world.lake, whole)).isFalse();
    }
}
