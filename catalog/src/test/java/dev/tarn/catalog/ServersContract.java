package dev.tarn.catalog;

import static dev.tarn.catalog.World.ORDERS;
import static dev.tarn.catalog.World.SALES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.junit.jupiter.api.Test;

/// What a server that has a table in memory notices of the changes that another one makes.
interface ServersContract {
    World world();

    /// Lakekeeper #1843, Gravitino #3707: a name led to the table that it had stood for.
    @Test
    default void aRenameOnOneServerIsSeenOnTheOther() {
        var one = world().withOrders();
        var other = one.restart();
        String uuid = other.load(ORDERS).uuid();
        var renamed = TableIdentifier.of(SALES, "renamed");

        one.catalog.tables().rename(one.lake, ORDERS, renamed);
        assertThatThrownBy(() -> other.load(ORDERS)).isInstanceOf(NoSuchTableException.class);
        assertThat(other.load(renamed).uuid()).isEqualTo(uuid);

        one.catalog.tables().create(one.lake, SALES, World.create("orders"));
        assertThat(other.load(ORDERS).uuid()).isNotEqualTo(uuid);
        assertThat(other.load(renamed).uuid()).isEqualTo(uuid);
    }

    /// The same where the table and its namespace are others under the old names.
    @Test
    default void aDropAndANewTableOnOneServerAreSeenOnTheOther() {
        var one = world().withOrders();
        var other = one.restart();
        String uuid = other.load(ORDERS).uuid();
        other.catalog.namespaces().load(other.lake, SALES);

        one.catalog.tables().drop(one.lake, ORDERS, false);
        assertThatThrownBy(() -> other.load(ORDERS)).isInstanceOf(NoSuchTableException.class);
        one.catalog.namespaces().drop(one.lake, SALES);
        assertThat(other.catalog.namespaces().exists(other.lake, SALES)).isFalse();

        one.catalog.namespaces().create(one.lake, SALES, Map.of("owner", "ann"));
        one.catalog.tables().create(one.lake, SALES, World.create("orders"));
        assertThat(other.load(ORDERS).uuid()).isNotEqualTo(uuid);
        assertThat(other.catalog.namespaces().load(other.lake, SALES))
                .containsEntry("owner", "ann");
    }
}
