package dev.tarn.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.catalog.event.Event;
import dev.tarn.store.Database;
import dev.tarn.store.Databases;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.catalog.Namespace;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PostgresEventTest implements EventContract, EventCoverageContract {
    private final Database rows = Databases.postgres(Postgres.freshDatabase());
    private final World world = new World(rows);

    @AfterEach
    void close() {
        world.close();
    }

    @Override
    public World world() {
        return world;
    }

    @Override
    public Database rows() {
        return rows;
    }

    @Test
    void anEventOfATransactionThatIsStillOpenHoldsNobodyUpAndIsNotLost() {
        var events = world.catalog.events();
        rows.<Boolean>write(tx -> {
            // The smaller id, committed later.
            events.record(tx, "create-namespace", world.lake, Namespace.of("slow"), null, Map.of());
            world.catalog.namespaces().create(world.lake, Namespace.of("quick"), Map.of());
            assertThat(names(events.after(0, 10))).containsExactly("quick");
            return true;
        });
        assertThat(names(events.after(0, 10))).containsExactly("quick", "slow");
        assertThat(names(events.after(1, 10))).containsExactly("slow");
    }

    private static List<String> names(List<Event> events) {
        return events.stream().map(event -> event.namespace().toString()).toList();
    }
}
